/** The document of the panel: nothing but a script with a nonce and a style sheet, both ours. */

export interface PageParts {
  readonly nonce: string;
  /** What the policy calls our own files. */
  readonly source: string;
  readonly script: string;
  readonly style: string;
}

export function pageHtml({ nonce, source, script, style }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'">
<link rel="stylesheet" href="${style}">
<title>Race</title>
</head>
<body>
<div id="race"></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
