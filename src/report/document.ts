/**
 * An HTML file that needs nothing else. Its one style sheet and its one script are allowed by their hashes, and no other
 * script, style, picture or address is.
 */
import { createHash } from "node:crypto";
import { html, type Markup, trusted } from "./markup.ts";

export interface Document {
  readonly title: string;
  readonly style: string;
  readonly script: string;
  readonly body: Markup;
}

export function htmlDocument({ title, style, script, body }: Document): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
${body}<script>${trusted(script)}</script>
</body>
</html>
`.markup;
}

const hashOf = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
