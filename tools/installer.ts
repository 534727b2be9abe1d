import { SemVer } from "semver";
import type { Supply } from "./tool";

const site = "https://get.pulumi.com/install.sh";
const probeMs = 3_000;

/**
 * The engine's own installer, through the SDK. It puts the engine's release, language hosts included, into `bin`. A short
 * look at its site comes first, as the SDK waits two minutes for one that does not answer.
 */
export function pulumiInstaller(version: string, probed = site, limitMs = probeMs): Supply {
  return {
    source: "installer",
    remedy: `let this machine reach ${new URL(probed).host}, where the engine's installer is`,
    async bring(into, { say }) {
      await probe(probed, limitMs);
      say(`installing the Pulumi engine ${version}`);
      // Loaded late: it takes longer than finding an engine that is there.
      const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
      await PulumiCommand.install({ root: into, version: new SemVer(version) });
    },
  };
}

async function probe(url: string, limitMs: number): Promise<void> {
  try {
    const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(limitMs) });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  } catch (cause) {
    throw new Error(`${new URL(url).host} cannot be reached`, { cause });
  }
}
