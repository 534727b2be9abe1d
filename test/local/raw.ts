import { connect } from "node:net";

/** Sends these header lines and this body unchanged. Resolves with the answer once the connection is closed. */
export function raw(port: number, lines: readonly string[], body: string | Buffer = "{}"): Promise<string> {
  return new Promise((resolve, reject) => {
    const head = [...lines, `Content-Length: ${Buffer.byteLength(body)}`, "Connection: close", "", ""].join("\r\n");
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(Buffer.concat([Buffer.from(head), Buffer.from(body)])),
    );
    let text = "";
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("close", () => {
      resolve(text);
    });
    socket.on("error", reject);
  });
}

export const json = "Content-Type: application/json";

export const statusOf = (text: string): number => Number(text.split(" ")[1]);
