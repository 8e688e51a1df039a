import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';

/** A4 portrait, points. */
export const PAGE = { width: 595.28, height: 841.89, margin: 44 } as const;
export const INNER = PAGE.width - 2 * PAGE.margin;

/** Print colours: the outcome colours of the screens, darkened for white paper. */
export const INK = {
  text: '#16202b',
  dim: '#5d6b7a',
  line: '#dbe2ea',
  panel: '#f3f6f9',
  pass: '#14855a',
  fail: '#cf3535',
  unknown: '#a86a00',
  run: '#1f6fc4',
  accent: '#6a48e8',
} as const;

const require = createRequire(import.meta.url);
const face = (weight: number, subset: string) =>
  readFileSync(require.resolve(`@fontsource/inter/files/inter-${subset}-${weight}-normal.woff`));

export type Weight = 'regular' | 'semibold' | 'bold';
const weights: Record<Weight, number> = { regular: 400, semibold: 600, bold: 700 };

export interface TextStyle {
  size?: number;
  weight?: Weight;
  color?: string;
  width?: number;
  align?: 'left' | 'right' | 'center';
}

/** One page with the few strokes the report needs. Text is one line, cut with an ellipsis where it is too long. */
export class ReportPage {
  readonly #doc: PDFKit.PDFDocument;
  readonly #done: Promise<Buffer>;

  constructor(title: string, madeAt: string) {
    this.#doc = new PDFDocument({
      size: 'A4',
      margin: 0,
      lang: 'en',
      displayTitle: true,
      info: { Title: title, Creator: 'Rootline', CreationDate: new Date(madeAt) },
    });
    // Upright Latin only: a static face, because the writer can embed no variable one.
    for (const [name, weight] of Object.entries(weights)) this.#doc.registerFont(name, face(weight, 'latin'));
    this.#done = this.#collect();
  }

  async #collect(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#doc) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  text(text: string, x: number, y: number, style: TextStyle = {}): void {
    const { size = 9, weight = 'regular', color = INK.text, width = INNER, align = 'left' } = style;
    this.#doc
      .font(weight)
      .fontSize(size)
      .fillColor(color)
      // Tabular figures: columns of numbers stand under one another.
      .text(text, x, y, {
        width,
        align,
        height: size * 1.2,
        lineBreak: true,
        ellipsis: true,
        features: ['tnum'],
      });
  }

  widthOf(text: string, size: number, weight: Weight): number {
    return this.#doc
      .font(weight)
      .fontSize(size)
      .widthOfString(text, { features: ['tnum'] });
  }

  box(x: number, y: number, width: number, height: number, color: string, radius = 0): void {
    if (width <= 0) return;
    const rounded = Math.min(radius, width / 2, height / 2);
    this.#doc.roundedRect(x, y, width, height, rounded).fill(color);
  }

  rule(y: number, x: number = PAGE.margin, width: number = INNER): void {
    this.#doc
      .moveTo(x, y)
      .lineTo(x + width, y)
      .lineWidth(0.7)
      .strokeColor(INK.line)
      .stroke();
  }

  finish(): Promise<Buffer> {
    this.#doc.end();
    return this.#done;
  }
}
