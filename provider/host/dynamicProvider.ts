import type {
  CheckResult,
  ConfigureRequest,
  CreateResult,
  DiffResult,
  ReadResult,
  UpdateResult,
} from "@pulumi/pulumi/dynamic";

// The interface stands apart, and names no type of the provider: the types of `pulumi-dgraphcloud/provider` would need those of all its parts.
type Values = Record<string, unknown>;

/** The callbacks that the engine's dynamic-provider host calls. */
export interface DynamicProvider {
  configure(request: ConfigureRequest): Promise<void>;
  check(olds: Values, news: Values): Promise<CheckResult>;
  diff(id: string, olds: Values, news: Values): Promise<DiffResult>;
  create(inputs: Values): Promise<CreateResult>;
  read(id: string, props?: Values): Promise<ReadResult>;
  update(id: string, olds: Values, news: Values): Promise<UpdateResult>;
  delete(id: string, props: Values): Promise<void>;
}
