import { VirtualTime } from "../harness/clocks";
import type { Network } from "./network";

/** Runs each test of a suite on the simulated network and in a virtual time of its own. Returns the time of the running test. */
export function simulate(network: Network): () => VirtualTime {
  let time: VirtualTime;
  before(() => {
    network.install();
  });
  after(() => {
    network.remove();
  });
  beforeEach(() => {
    time = new VirtualTime();
    time.install();
  });
  afterEach(() => {
    time.remove();
  });
  return () => time;
}
