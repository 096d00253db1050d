/** The rows of every Markdown table whose first cell is code: that cell without its backticks, the others as they are. */
export function tableRows(markdown: string): string[][] {
  return [...markdown.matchAll(/^\| *`([^`\n]+)` *\|(.*)\|$/gm)].map(([, first = '', rest = '']) => [
    first,
    ...rest.split(/(?<!\\)\|/).map((cell) => cell.trim()),
  ]);
}
