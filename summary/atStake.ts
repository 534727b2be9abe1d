/** What a backend holds. */
export interface AtStake {
  /** Nodes by type, the most first, types without nodes left out; undefined when they cannot be counted. */
  readonly nodes: readonly { readonly type: string; readonly count: number }[] | undefined;
  /** The newest backup; null when there is none; undefined when it cannot be known. */
  readonly newestBackup: { readonly timestamp: string; readonly type: string } | null | undefined;
  /** Why something is not known, each in words for a reader of the pull request. */
  readonly unknown: readonly string[];
}

export function textOfStake(stake: AtStake, now: Date): string[] {
  return [JSON.stringify(stake), String(now)];
}

export function whatIsAtStake(
  uids: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, AtStake>> {
  return Promise.resolve(
    new Map(
      uids.map((uid) => [uid, { nodes: undefined, newestBackup: undefined, unknown: [String(environment["x"])] }]),
    ),
  );
}
