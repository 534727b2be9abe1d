/** What the provider logs with DGRAPHCLOUD_LOG=debug, which is taken from standard error until the end. */
export class DebugLog {
  text = "";
  private readonly print = console.error;

  constructor() {
    process.env["DGRAPHCLOUD_LOG"] = "debug";
    console.error = (line: string) => {
      this.text += `${line}\n`;
    };
  }

  end(): void {
    delete process.env["DGRAPHCLOUD_LOG"];
    console.error = this.print;
  }
}
