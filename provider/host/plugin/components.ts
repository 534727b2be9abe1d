import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { ConstructRequest, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";

/** Makes the components of the package in a process of their own, which is started for the first one: most runs make none. */
export class Components {
  private client: Promise<ResourceProviderClient> | undefined;

  constructor(
    /** The script that serves the components. It loads the sdk, which the plugin itself does not need. */
    private readonly script: string,
    private readonly engine: () => string | undefined,
  ) {}

  async construct(request: ConstructRequest): Promise<ConstructResponse> {
    const client = await (this.client ??= this.start());
    return new Promise((resolve, reject) => {
      client.construct(request, (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
  }

  private async start(): Promise<ResourceProviderClient> {
    // The open pipe to its input ends it with this process, however that ends.
    const child = spawn(process.execPath, [this.script, this.engine() ?? ""], { stdio: ["pipe", "pipe", "inherit"] });
    const port = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("error", reject);
      child.once("exit", (code) => {
        reject(new Error(`the process that makes components has ended with exit code ${String(code)}`));
      });
    });
    child.unref();
    return new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  }
}
