import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const onlySession = {
  name: 'node-zookeeper-client',
  message: 'Use src/stores/replicated-leveldb/zookeeper/session.ts.',
};
const onlyOutput = ['chalk', 'ora'].map((name) => ({
  name,
  message: 'The core emits events; src/cli/output renders them.',
}));

/** A local of such a name hides the global from whoever reads on, and from whoever adds a line. */
const noHiddenGlobal = [
  'VariableDeclarator > Identifier.id',
  ':function > Identifier.params',
  'ImportSpecifier > Identifier.local',
  'FunctionDeclaration > Identifier.id',
  'ObjectPattern > Property > Identifier.value',
  'AssignmentPattern > Identifier.left',
  'ArrayPattern > Identifier.elements',
].map((place) => ({
  selector: `${place}[name=/^(console|escape|process)$/]`,
  message: 'A global of Node.js has this name.',
}));

const onlyThroughOutput = [
  'MemberExpression[object.name=process][property.name=/^std(out|err)$/]',
  'MemberExpression[property.name=write][object.name=/^std(out|err)$/]',
  'MemberExpression[property.name=write][object.property.name=/^std(out|err)$/]',
  'MemberExpression[property.name=write][object.property.name=stream]',
].map((selector) => ({ selector, message: 'Write with Output (src/cli/output/io.ts).' }));

export default tseslint.config(
  {
    ignores: [
      'dist',
      'coverage',
      'java/target',
      'examples/*/node_modules',
      'examples/*/target',
      'examples/*/.venv',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['test/**', 'bench/**', 'examples/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/dist/',
              message: 'Import from src: a fresh clone is checked before a build.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...noHiddenGlobal],
      'no-restricted-imports': ['error', { paths: [onlySession] }],
      // It is loaded when a client connects, not when a command starts.
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'rhea',
              message: 'Use src/clients/amqp/connection.ts.',
              allowTypeImports: true,
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-imports': ['error', { paths: [onlySession, ...onlyOutput] }],
    },
  },
  {
    // What is written elsewhere than through Output reaches a terminal with all its control characters.
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/output/**', 'src/cli/process-io.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-imports': ['error', { paths: [onlySession, ...onlyOutput] }],
      'no-restricted-syntax': ['error', ...noHiddenGlobal, ...onlyThroughOutput],
    },
  },
  {
    files: ['src/stores/replicated-leveldb/zookeeper/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: onlyOutput }] },
  },
  {
    // Scripts are type-checked by tsc (checkJs).
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        clearTimeout: 'readonly',
        console: 'readonly',
        process: 'readonly',
        setTimeout: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    files: ['bin/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  prettier,
);
