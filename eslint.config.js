import { readFileSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/** Who may import what. `test/conventions/import-walls.unit.test.ts` holds the sources against the same table. */
const walls = JSON.parse(readFileSync(new URL('test/conventions/walls.json', import.meta.url), 'utf8'));

const DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export it by name: the file is named after it.',
};
const ENVIRONMENT = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read once, in runtime/config and client/connect.',
};
const APPLICATION_FAILURE = {
  selector: "Identifier[name='ApplicationFailure']",
  message: 'Failures are made by fault() of contracts/errors.ts.',
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.reelay'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // A port may be asynchronous where one implementation of it is not.
      '@typescript-eslint/require-await': 'off',
      // `Promise.all` may well be given what is done already.
      '@typescript-eslint/await-thenable': 'off',
      // An assertion may say what a reader needs and the compiler does not.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // Ports are records of functions; none of them uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          destructuredArrayIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  ...Object.keys(walls.folders).flatMap((folder) => [
    zone(folder, `${folder}/`),
    ...Object.keys(walls.folders[folder].rooms ?? {}).map((room) => zone(folder, `${folder}/${room}/`)),
    ...Object.values(walls.packages)
      .flat()
      .filter((path) => path.startsWith(`${folder}/`) && path !== `${folder}/`)
      .map((path) => zone(folder, path)),
  ]),
  ...walls.alone.map((path) => ({
    files: [path],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '.', message: 'This file imports nothing.' }] },
      ],
    },
  })),
  syntax('**/*.ts', [DEFAULT_EXPORT, ENVIRONMENT, APPLICATION_FAILURE]),
  ...walls.environment.map((path) => syntax(`${path}**`, [DEFAULT_EXPORT, APPLICATION_FAILURE])),
  ...walls.applicationFailure.map((path) =>
    syntax(`${path}**`, path.startsWith('test/') ? [DEFAULT_EXPORT] : [DEFAULT_EXPORT, ENVIRONMENT]),
  ),
  {
    files: ['workflows/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', 'process', 'require', 'fetch', 'Buffer'] },
  },
);

/** The import rules of one folder, or of the part of it that owns a package. */
function zone(folder, path) {
  const { may, typesOf = [], onlyPackages, notPackages = [], rooms = {} } = walls.folders[folder];
  const others = Object.keys(walls.folders).filter((name) => name !== folder && may !== 'everything');
  const foreign = others.filter((name) => !may.includes(name) && !typesOf.includes(name));
  const typeOnly = others.filter((name) => typesOf.includes(name));
  const owned = Object.entries(walls.packages)
    .filter(([, owners]) => !owners.some((owner) => path.startsWith(owner)))
    .map(([name]) => name);
  const patterns = [
    ...foldersPattern(foreign, `${folder}/ may not import it: see test/conventions/walls.json.`),
    ...foldersPattern(typeOnly, `${folder}/ may import types of it alone.`).map((p) => ({
      ...p,
      allowTypeImports: true,
    })),
    ...roomsPattern(rooms, path),
    ...packagesPattern(
      [...notPackages, ...owned],
      `${path} may not use this package: see test/conventions/walls.json.`,
    ),
    ...(onlyPackages
      ? [{ regex: `^(?!\\.|(?:${onlyPackages.join('|')})(?:/|$))`, message: `${folder}/ is pure.` }]
      : []),
  ];
  return {
    files: [`${path}**/*.ts`, `${path}*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

function foldersPattern(names, message) {
  return names.length > 0 ? [{ regex: `^(?:\\.\\./)+(?:${names.join('|')})/`, message }] : [];
}

/** The rooms of a folder that are closed to this one, or to the files beside them. */
function roomsPattern(rooms, path) {
  const room = path.split('/')[1] || '.';
  if (!(room in rooms)) return [];
  const closed = Object.keys(rooms).filter((name) => name !== room && !(rooms[room] ?? []).includes(name));
  if (closed.length === 0) return [];
  const regex = `^\\.{1,2}/(?:${closed.join('|')})/`;
  return [{ regex, message: `${path} may not import this room: see test/conventions/walls.json.` }];
}

function packagesPattern(names, message) {
  return names.length > 0 ? [{ regex: `^(?:${names.join('|')})(?:/|$)`, message }] : [];
}

function syntax(files, forbidden) {
  return { files: [files], rules: { 'no-restricted-syntax': ['error', ...forbidden] } };
}
