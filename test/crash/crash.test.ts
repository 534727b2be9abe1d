import { testedHost } from "../harness/testedHost";
import { describeCrashes } from "./crashes";
import { rows } from "./rows";

describeCrashes(testedHost, rows);
