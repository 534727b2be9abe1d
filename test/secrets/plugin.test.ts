import { describeAudit } from "./audit";

describeAudit("plugin");
