// Command pulumi-sdks generates the SDKs of a package from its schema.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// The linker sets it.
var version = "unknown"

const tool = "pulumi-dgraphcloud"

func main() {
	var err error
	switch {
	case len(os.Args) == 2 && os.Args[1] == "version":
		fmt.Println(version)
	case len(os.Args) == 3:
		err = generate(os.Args[1], os.Args[2])
	default:
		err = fmt.Errorf("usage: pulumi-sdks version | pulumi-sdks SCHEMA FOLDER")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generate reads a schema and writes an SDK for each language into a folder of its name.
func generate(from, into string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return fmt.Errorf("%s is not a package schema: %w", from, err)
	}
	languages := map[string]func(*schema.Package) (map[string][]byte, error){
		"nodejs": func(of *schema.Package) (map[string][]byte, error) {
			return nodejs.GeneratePackage(tool, of, nil, nil, false, nil)
		},
		"python": func(of *schema.Package) (map[string][]byte, error) {
			return python.GeneratePackage(tool, of, nil, nil)
		},
		"go": func(of *schema.Package) (map[string][]byte, error) {
			return gogen.GeneratePackage(tool, of, nil)
		},
	}
	for language, files := range languages {
		// Each generator keeps what it needs in the package that it gets.
		bound, diagnostics, err := schema.BindSpec(spec, nil, schema.ValidationOptions{})
		if err != nil {
			return err
		}
		if diagnostics.HasErrors() {
			return fmt.Errorf("%s is not a valid package schema: %w", from, diagnostics)
		}
		generated, err := files(bound)
		if err != nil {
			return fmt.Errorf("generating the SDK for %s: %w", language, err)
		}
		if err := write(filepath.Join(into, language), generated); err != nil {
			return err
		}
	}
	return nil
}

func write(folder string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
