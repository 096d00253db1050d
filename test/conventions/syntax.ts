import ts from 'typescript';

export interface Import {
  specifier: string;
  isTypeOnly: boolean;
}

const parsed = new Map<string, ts.SourceFile>();

/** Each text is parsed once, whatever looks at it. */
export function parse(text: string): ts.SourceFile {
  const known = parsed.get(text);
  if (known) return known;
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  parsed.set(text, file);
  return file;
}

/** A node and all below it, in the order of the text; without those of punctuation. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (each: ts.Node): void => {
    nodes.push(each);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return nodes;
}

/** Everything that a file imports, in whatever way: import, export from, import(), require() and types by import(). */
export function importsOf(text: string): Import[] {
  const imports: Import[] = [];
  for (const node of nodesOf(parse(text))) {
    const found = importAt(node);
    if (found) imports.push(found);
  }
  return imports;
}

function importAt(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) return imported(node.moduleSpecifier, isTypeOnlyClause(node.importClause));
  if (ts.isExportDeclaration(node)) return imported(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node)) {
    return imported(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
  }
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
  return isImport ? imported(node.arguments[0], false) : undefined;
}

function imported(specifier: ts.Node | undefined, isTypeOnly: boolean): Import | undefined {
  return specifier && ts.isStringLiteralLike(specifier) ? { specifier: specifier.text, isTypeOnly } : undefined;
}

function isTypeOnlyClause(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

/** The comments of a file; line comments that follow one another are one. */
export function commentsOf(text: string): string[] {
  const file = parse(text);
  const ranges = new Map<number, ts.CommentRange>();
  for (const node of withPunctuation(file)) {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) continue;
    const found = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ];
    for (const range of found) ranges.set(range.pos, range);
  }
  const comments: { text: string; endLine: number; isLine: boolean }[] = [];
  for (const { pos, end, kind } of [...ranges.values()].sort((a, b) => a.pos - b.pos)) {
    const startLine = file.getLineAndCharacterOfPosition(pos).line;
    const endLine = file.getLineAndCharacterOfPosition(end).line;
    const isLine = kind === ts.SyntaxKind.SingleLineCommentTrivia;
    const last = comments.at(-1);
    if (isLine && last?.isLine && last.endLine === startLine - 1) {
      last.text += `\n${text.slice(pos, end)}`;
      last.endLine = endLine;
    } else {
      comments.push({ text: text.slice(pos, end), endLine, isLine });
    }
  }
  return comments.map((comment) => comment.text);
}

/** A comment may stand before a bracket that closes. */
function* withPunctuation(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* withPunctuation(child);
}
