export const accountNames = ["endpoint", "token", "email", "password"] as const;
export const clusterNames = [
  "clusterUrl",
  "clusterAuthToken",
  "clusterUser",
  "clusterPassword",
  "clusterNamespace",
  "clusterHeaders",
  "clusterInsecure",
] as const;

/** Names of the settings; each is `dgraphcloud:NAME` in the stack and `DGRAPHCLOUD_NAME` in the environment (clusterUrl: CLUSTER_URL). */
export const settingNames = [...accountNames, ...clusterNames] as const;
export type SettingName = (typeof settingNames)[number];
