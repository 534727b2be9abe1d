import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";

type Call = grpc.ServerWritableStream<Buffer, Buffer>;

/** Schemas and previews exceed gRPC's own limit. */
const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
/** Messages are passed on as they are. */
const asIs = (message: Buffer): Buffer => message;

/** Runs a policy pack with the SDK that it has installed, as the language host of a release does. */
function runPolicyPack(call: Call): void {
  const request = RunPluginRequest.deserializeBinary(call.request);
  const pack = request.getInfo()?.getProgramDirectory() ?? "";
  const program = ["-e", 'require("@pulumi/pulumi/cmd/run-policy-pack")', "--", "run-policy-pack"];
  const child = spawn(process.execPath, [...program, ...request.getArgsList(), pack], {
    cwd: pack,
    env: Object.fromEntries(request.getEnvList().map(nameAndValue)),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const answer = (response: RunPluginResponse): unknown => call.write(Buffer.from(response.serializeBinary()));
  child.stdout.on("data", (text: Buffer) => answer(new RunPluginResponse().setStdout(text)));
  child.stderr.on("data", (text: Buffer) => answer(new RunPluginResponse().setStderr(text)));
  child.once("close", (code) => {
    answer(new RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  const stop = (): boolean => child.kill();
  call.once("cancelled", stop);
  process.once("exit", stop);
}

function nameAndValue(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1)];
}

/** Serves the methods of the language host at this port, and runs policy packs itself. */
function serve(port: string): void {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), unlimited);
  const server = new grpc.Server(unlimited);
  for (const { path, responseStream } of Object.values(LanguageRuntimeService)) {
    const unary = ({ request }: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>): unknown =>
      client.makeUnaryRequest(path, asIs, asIs, request, answer as grpc.requestCallback<Buffer>);
    const stream = (call: Call): void => {
      const answers = client.makeServerStreamRequest(path, asIs, asIs, call.request);
      answers.on("data", (answer: Buffer) => call.write(answer));
      answers.once("end", () => call.end());
      answers.once("error", (error) => call.emit("error", error));
      call.once("cancelled", () => {
        answers.cancel();
      });
    };
    if (path.endsWith("/RunPlugin")) server.register(path, runPolicyPack, asIs, asIs, "serverStream");
    else if (responseStream) server.register(path, stream, asIs, asIs, "serverStream");
    else server.register(path, unary, asIs, asIs, "unary");
  }
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
    if (error) throw error;
    // The engine reads the port from the first line.
    console.log(bound);
  });
}

/** Starts the language host that this process stands in for, and ends with it. */
function main([executable = "", ...args]: readonly string[]): void {
  const host = spawn(executable, args, { stdio: ["ignore", "pipe", "inherit"] });
  host.once("error", (error) => {
    throw error;
  });
  host.once("exit", (code) => process.exit(code ?? 1));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => host.kill(signal));
  createInterface({ input: host.stdout }).once("line", serve);
}

main(process.argv.slice(2));
