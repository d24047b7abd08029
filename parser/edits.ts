/** A list of same-length replacements, applied in one go. */
export class Edits {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly texts: string[] = [];
  private sorted = true;

  /** Turns `[start, end)` into `text` followed by spaces. Line ends behind `text` stay. */
  put(start: number, end: number, text = ''): void {
    if (end <= start) return;
    const last = this.starts.length - 1;
    if (last >= 0 && (this.starts[last] as number) > start) this.sorted = false;
    this.starts.push(start);
    this.ends.push(end);
    this.texts.push(text);
  }

  /** How many replacements there are: a mark for `erase`. */
  get count(): number {
    return this.starts.length;
  }

  /** Blanks `[start, end)` and forgets what was put there since `mark`. */
  erase(start: number, end: number, mark: number): void {
    while (this.starts.length > mark && (this.starts[this.starts.length - 1] as number) >= start) {
      this.starts.pop();
      this.ends.pop();
      this.texts.pop();
    }
    this.put(start, end);
  }

  /** The text with all replacements made. Where two overlap, the text of either is written and the rest blanked. */
  apply(text: string): string {
    const { starts, ends, texts } = this;
    if (starts.length === 0) return text;
    const order = Array.from(starts.keys());
    // A stable order: of two edits with one start the first put wins.
    if (!this.sorted) order.sort((a, b) => (starts[a] as number) - (starts[b] as number) || a - b);
    let result = '';
    let at = 0;
    let blankTo = 0;
    for (const index of order) {
      const start = starts[index] as number;
      const end = Math.min(ends[index] as number, text.length);
      if (start > at) {
        const middle = Math.min(start, Math.max(blankTo, at));
        result += blank(text, at, middle) + text.slice(middle, start);
        at = start;
      }
      if (start === at && end > at) {
        const fill = (texts[index] as string).slice(0, end - start);
        result += fill;
        at += fill.length;
      }
      if (end > blankTo) blankTo = end;
    }
    const middle = Math.max(blankTo, at);
    return result + blank(text, at, middle) + text.slice(middle);
  }
}

const spaces = ' '.repeat(256);

/** Spaces as long as `text[start, end)`, with its line ends. */
function blank(text: string, start: number, end: number): string {
  let result = '';
  let at = start;
  while (at < end) {
    let line = text.indexOf('\n', at);
    if (line < 0 || line >= end) line = end;
    result += line - at <= 256 ? spaces.slice(0, line - at) : ' '.repeat(line - at);
    if (line < end) result += '\n';
    at = line + 1;
  }
  return result;
}
