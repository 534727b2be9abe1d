// A backend with its schema, in an account that the program names.
//
// The SDK, package dgraphcloud, is generated from the package schema:
//
//	npm install pulumi-dgraphcloud
//	pulumi package add ./node_modules/pulumi-dgraphcloud/dist/provider/host/plugin/schema.json
//
// In the repository of the package, `npm run sdks` writes it to dist/sdks/go.
package main

import (
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"pulumi-dgraphcloud/sdk/go/dgraphcloud"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		account, err := dgraphcloud.NewProvider(ctx, "account", &dgraphcloud.ProviderArgs{
			Email:    pulumi.String(settings.Require("email")),
			Password: settings.RequireSecret("password"),
		})
		if err != nil {
			return err
		}
		shop, err := dgraphcloud.NewBackend(ctx, "shop", &dgraphcloud.BackendArgs{
			Name:           pulumi.String(valueOr(settings.Get("name"), "shop")),
			Zone:           pulumi.String(valueOr(settings.Get("zone"), "us-east-1")),
			DeploymentType: pulumi.String("free"),
		}, pulumi.Provider(account))
		if err != nil {
			return err
		}
		text, err := os.ReadFile("schema.graphql")
		if err != nil {
			return err
		}
		_, err = dgraphcloud.NewGraphqlSchema(ctx, "shop", &dgraphcloud.GraphqlSchemaArgs{
			Backend: shop.ID(),
			Schema:  pulumi.String(text),
		}, pulumi.Provider(account))
		ctx.Export("graphqlEndpoint", shop.GraphqlEndpoint)
		ctx.Export("jwtToken", shop.JwtToken)
		return err
	})
}

func valueOr(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
