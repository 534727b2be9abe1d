import { testedHost } from "../harness/testedHost";
import { describeAudit } from "./audit";

describeAudit(testedHost);
