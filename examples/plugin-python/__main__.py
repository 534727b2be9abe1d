"""A new backend that starts with a copy of production's data.

The SDK, module pulumi_dgraphcloud, is generated from the package schema:

    npm install pulumi-dgraphcloud
    pulumi package add ./node_modules/pulumi-dgraphcloud/dist/provider/host/plugin/schema.json

In the repository of the package, `npm run sdks` writes it to dist/sdks/python.
"""

from pathlib import Path

import pulumi
import pulumi_dgraphcloud as dgraphcloud

config = pulumi.Config()

# The name of a dedicated backend of this account that has backups.
production = dgraphcloud.get_backend(name=config.require("production"))

staging = dgraphcloud.Backend(
    "staging",
    name=config.get("name") or "staging",
    zone=config.get("zone") or "us-east-1",
    deployment_type="dedicated",
)

# Runs once. To copy production again, change the trigger: the preview then shows a replace that names it.
copy = dgraphcloud.Restore(
    "copy-of-production",
    target=staging.id,
    source=production.uid,
    triggers={"copiedFor": config.get("copiedFor") or "the first time"},
)

# The backup brings its own schema, so this one is sent after each copy.
schema = dgraphcloud.GraphqlSchema(
    "staging",
    backend=staging.id,
    schema=Path("schema.graphql").read_text(encoding="utf-8"),
    triggers={"restored": copy.started_at},
)

pulumi.export("graphqlEndpoint", staging.graphql_endpoint)
pulumi.export("jwtToken", staging.jwt_token)
pulumi.export("status", copy.status)
