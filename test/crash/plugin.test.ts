import { describeCrashes } from "./crashes";
import { pluginRows } from "./rows";

describeCrashes("plugin", pluginRows);
