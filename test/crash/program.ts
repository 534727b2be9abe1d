/** A program that each row extends or changes. Unchanged resources cost no request. */
export class Program {
  private readonly backends = new Map<string, { name: string; script: string; more: string }>();
  private readonly schemas = new Map<string, { readonly backend: string; text: string }>();
  private restore = 0;
  private drop = 0;
  private resume = "";

  constructor(
    private readonly source: string,
    private readonly target: string,
  ) {}

  /** Declares a backend, or changes its values. */
  backend(resource: string, name: string, script: string, more = ""): void {
    this.backends.set(resource, { name, script, more });
  }

  /** The resource names of the backends, in the order of their declaration. */
  get resources(): string[] {
    return [...this.backends.keys()];
  }

  remove(resource: string): void {
    this.backends.delete(resource);
  }

  adopt(resource: string, more: string): void {
    const { name, script } = this.backends.get(resource) ?? { name: resource, script: "" };
    this.backend(resource, name, script, more);
  }

  /** Declares the schema of a backend outside of the stack. */
  schema(resource: string, backend: string, text: string): void {
    this.schemas.set(resource, { backend, text });
  }

  /** Changes the schema that was declared last, and returns its resource. */
  changeSchema(text: string): string {
    const [resource, declared] = [...this.schemas].at(-1) ?? [];
    if (resource === undefined || declared === undefined) throw new Error("there is no schema to change");
    declared.text = text;
    return resource;
  }

  schemaOf(resource: string): string | undefined {
    return this.schemas.get(resource)?.text;
  }

  askRestore(): void {
    this.restore += 1;
    this.resume = "";
  }

  askDrop(): void {
    this.drop += 1;
  }

  resumeRestore(id: string): void {
    this.resume = `resumeRestoreId: ${id},`;
  }

  get text(): string {
    const backends = [...this.backends].map(
      ([resource, { name, script, more }]) =>
        `new dgraphcloud.Backend("${resource}", { name: "${name}", zone: "us-east-1", deploymentType: "dedicated", lambdaScript: "${script}", ${more} });`,
    );
    const { source, target } = this;
    const restore = `new dgraphcloud.Restore("copy", { target: "${target}", source: "${source}", triggers: { run: ${this.restore} }, ${this.resume} });`;
    const drop = `new dgraphcloud.DataDrop("wipe", { backend: "${target}", allData: true, triggers: { run: ${this.drop} } });`;
    const schemas = [...this.schemas].map(
      ([resource, { backend, text }]) =>
        `new dgraphcloud.GraphqlSchema("${resource}", { backend: "${backend}", schema: "${text}", allow: ["*"] });`,
    );
    return [...backends, ...schemas, ...(this.restore > 0 ? [restore] : []), ...(this.drop > 0 ? [drop] : [])].join(
      "\n",
    );
  }
}
