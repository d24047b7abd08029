/** The document of the panel: one script and one style sheet, both ours. They stand in it, for each file that a webview loads takes a way through all of VS Code. */

export interface PageParts {
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
}

/** The parts are bundles: esbuild sees to it that neither says `</script` or `</style`. */
export function pageHtml({ nonce, script, style }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<style nonce="${nonce}">${style}</style>
<title>Race</title>
</head>
<body>
<div id="race"></div>
<script nonce="${nonce}">${script}</script>
</body>
</html>
`;
}
