/** Word documents for tests: ordinary ones by the library `docx`, hostile ones by hand. */
import { deflateRawSync } from "node:zlib";
import {
  Document,
  type FileChild,
  Footer,
  HeadingLevel,
  Packer,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
} from "docx";
import { strToU8, unzipSync, zipSync } from "fflate";

/** A heading, a paragraph, a list, a table, a footer. */
export const handbookDocx = (): Promise<Buffer> =>
  Packer.toBuffer(
    new Document({
      sections: [
        {
          footers: { default: new Footer({ children: [new Paragraph("Confidential")] }) },
          children: [
            new Paragraph({ text: "Refunds", heading: HeadingLevel.HEADING_1 }),
            new Paragraph({
              children: [new TextRun("The refund window is "), new TextRun({ text: "30 days", bold: true })],
            }),
            new Paragraph({ text: "Shoes", bullet: { level: 0 } }),
            new Paragraph({ text: "Prices", heading: HeadingLevel.HEADING_2 }),
            table([
              ["Item", "USD"],
              ["Shoe", "40"],
            ]),
          ],
        },
      ],
    }),
  );

/** A raised exponent, a lowered index, a changed price, and a sentence that nobody is to see. */
export const editedDocx = (): Promise<Buffer> =>
  Packer.toBuffer(
    new Document({
      sections: [
        {
          children: [
            new Paragraph({
              children: [
                new TextRun("About 10"),
                new TextRun({ text: "6", superScript: true }),
                new TextRun(" l of H"),
                new TextRun({ text: "2", subScript: true }),
                new TextRun("O at "),
                new TextRun({ text: "40", strike: true }),
                new TextRun({ text: "45", doubleStrike: true }),
                new TextRun(" 50 USD."),
                new TextRun({ text: " Our cost is 9.", vanish: true }),
                new TextRun({ text: " All in.", vanish: false }),
              ],
            }),
          ],
        },
      ],
    }),
  );

const table = (rows: readonly (readonly string[])[]): FileChild =>
  new Table({
    rows: rows.map(
      (cells) => new TableRow({ children: cells.map((cell) => new TableCell({ children: [new Paragraph(cell)] })) }),
    ),
  });

/** The same archive with parts replaced or added. */
export function withParts(docx: Uint8Array, parts: Readonly<Record<string, string>>): Uint8Array {
  const texts = Object.entries(parts).map(([name, text]) => [name, strToU8(text)] as const);
  return zipSync({ ...unzipSync(docx), ...Object.fromEntries(texts) });
}

/** An archive of one part that unpacks to `bytes` zeros while its directory says `declared`. */
export function zipBomb(name: string, bytes: number, declared = bytes): Uint8Array {
  const packed = deflateRawSync(Buffer.alloc(bytes));
  const label = Buffer.from(name);
  const sizes = (header: Buffer, at: number) => {
    header.writeUInt32LE(packed.length, at);
    header.writeUInt32LE(declared, at + 4);
    header.writeUInt16LE(label.length, at + 8);
  };
  // The layout of PKWARE's APPNOTE 6.3.10, §4.3.7, §4.3.12 and §4.3.16.
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  sizes(local, 18);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(20, 4);
  central.writeUInt16LE(20, 6);
  central.writeUInt16LE(8, 10);
  sizes(central, 20);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + label.length, 12);
  end.writeUInt32LE(local.length + label.length + packed.length, 16);
  return Buffer.concat([local, label, packed, central, label, end]);
}
