export interface GraphAssets {
  readonly cspSource: string
  readonly nonce: string
  readonly script: string
  readonly style: string
}

/** The page of the graph: everything but its own script and style sheet is refused. */
export function graphHtml({ cspSource, nonce, script, style }: GraphAssets): string {
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${style}">
  <title>Flux graph</title>
</head>
<body>
  <main id="root" aria-busy="true"></main>
  <script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`
}
