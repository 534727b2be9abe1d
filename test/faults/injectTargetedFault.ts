import type { Fault, LocalCloud } from "dgraphcloud-local";
import { callOf } from "./injectFault";
import type { OutsideChange } from "./faultKinds";
import type { Row } from "./rows";
import { password } from "./world";

/** The backend that a fault targets: its uid, or its name before it has one. */
export type FaultTarget = { readonly uid: string } | { readonly name: string };

const slowMs = 300;

/** An answer that makes a poll continue. */
function notYet({ operation }: Row["step"]): Fault {
  return operation === "ready"
    ? { kind: "status", status: 503, acted: false }
    : { kind: "data", data: { [operation]: { response: { status: "IN_PROGRESS", errors: [] } } }, acted: false };
}

/** Injects the fault of a row into the requests of one backend. Returns how often it has been injected. */
export function injectTargetedFault(local: LocalCloud, row: Row, target: FaultTarget): () => number {
  const { step, kind } = row;
  const subject = (): { uid: string; jwtToken: string; name: string } => {
    const found = local.cloud
      .all()
      .find(({ uid, name }) => ("uid" in target ? uid === target.uid : name === target.name));
    if (found === undefined) throw new Error(`no backend for ${step.name}: ${kind.name}`);
    return found;
  };
  const words = "uid" in target ? `${password} ${subject().jwtToken}` : password;
  const fault = faultOf(row, words);
  const where = "uid" in target ? { deployment: target.uid } : { name: target.name };
  if (row.when === "mid-run") local.faults.add({ operation: step.operation, ...where, fault: notYet(step) });
  const active = local.faults.add({ operation: step.operation, calls: [callOf(row)], ...where, fault }, () => {
    if (kind.effect.on === "outside") change(local, subject().uid, kind.effect.change);
  });
  return () => active.struck;
}

function faultOf({ step, kind }: Row, words: string): Fault {
  if (kind.effect.on === "answer") return kind.effect.fault(step, words);
  // The endpoint of the backend disappears during the request, while the control plane still answers.
  if (kind.family === "vanished" && step.plane === "data") return { kind: "reset", acted: false };
  return { kind: "slow", ms: kind.family === "slow" ? slowMs : 1 };
}

function change({ cloud }: LocalCloud, uid: string, what: OutsideChange): void {
  if (what === "vanish") void cloud.remove(uid);
  else if (what === "rotate") cloud.rotateToken(uid);
  else if (what === "rename") cloud.get(uid).deployment.name += "-renamed-by-hand";
}
