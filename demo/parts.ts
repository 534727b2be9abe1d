/** What one part of the demo prints. Parts run at the same time, so a part keeps its lines until it is its turn to be shown. */
export class Page {
  private static steps = 0;
  private kept: (() => void)[] | undefined = [];

  print(text: string): void {
    this.write(() => {
      console.log(text);
    });
  }

  /** Prints the heading of a step. Steps are numbered as they are shown. */
  heading(what: string): void {
    this.write(() => {
      Page.steps += 1;
      console.log(`\n=== ${Page.steps}. ${what}\n`);
    });
  }

  /** Prints the lines so far, and each new line at once. */
  show(): void {
    const kept = this.kept ?? [];
    this.kept = undefined;
    for (const write of kept) write();
  }

  private write(write: () => void): void {
    if (this.kept === undefined) write();
    else this.kept.push(write);
  }
}

/** A part of the demo that has begun. */
export interface Part {
  readonly page: Page;
  readonly ended: Promise<void>;
}

/**
 * Shows the parts one after the other. If one fails, the later ones are not shown: they are told to stop, and awaited, since their engines
 * still use the local cloud. Throws what the first of them threw.
 */
export async function showInTurn(parts: readonly Part[], stopTheOthers: () => void): Promise<void> {
  const all = Promise.allSettled(parts.map(({ ended }) => ended));
  try {
    for (const { page, ended } of parts) {
      page.show();
      await ended;
    }
  } catch (error) {
    stopTheOthers();
    await all;
    throw error;
  }
}
