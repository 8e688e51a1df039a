import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const layers = [
  { type: 'protocol', pattern: 'protocol' },
  { type: 'connectors', pattern: 'connectors' },
  { type: 'cloud-contract', pattern: 'cloud/contract' },
  { type: 'console', pattern: 'cloud/console' },
  { type: 'cloud', pattern: 'cloud' },
  { type: 'contract', pattern: 'electron/contract' },
  { type: 'store', pattern: 'electron/store' },
  { type: 'services', pattern: 'electron/services' },
  { type: 'preload', pattern: 'electron/preload' },
  { type: 'main', pattern: 'electron/main' },
  { type: 'web-host', pattern: 'electron/web-host' },
  { type: 'compose', pattern: 'electron/compose' },
  { type: 'drivers', pattern: 'native-drivers' },
  { type: 'renderer', pattern: 'renderer' },
  { type: 'scripts', pattern: 'scripts' },
  { type: 'test', pattern: 'test' },
];
const parts = ['protocol', 'connectors', 'contract', 'store', 'services', 'drivers'];
const cloud = ['cloud', 'cloud-contract'];
const rules = [
  ['protocol', ['protocol']],
  ['connectors', ['connectors']],
  ['contract', ['contract']],
  ['drivers', ['drivers']],
  ['store', ['store', 'contract', 'protocol']],
  ['preload', ['preload', 'contract']],
  ['renderer', ['renderer', 'contract']],
  ['services', ['services', 'contract', 'store', 'drivers', 'protocol', 'connectors']],
  ['cloud-contract', ['cloud-contract', 'protocol']],
  // Certificates, envelopes and signatures are one code for station and cloud (docs/decisions).
  ['cloud', [...cloud, 'protocol', 'connectors', 'contract', 'services']],
  ['console', ['console', 'cloud-contract', 'protocol', 'renderer', 'contract']],
  ['compose', ['compose', ...parts]],
  ['web-host', ['web-host', 'compose', ...parts]],
  ['main', ['main', 'compose', ...parts]],
  ['scripts', ['scripts', 'web-host', 'compose', ...cloud, ...parts]],
  [
    'test',
    ['test', 'scripts', 'web-host', 'main', 'preload', 'renderer', 'console', 'compose', ...cloud, ...parts],
  ],
];
const allowed = rules.map(([from, to]) => ({
  from: { element: { type: from } },
  allow: to.map((type) => ({ to: { element: { type } } })),
}));

const noElectron = {
  patterns: [
    {
      regex: '^electron(/|$)',
      message: 'Only electron/main and electron/preload import the electron module.',
    },
    {
      regex: '^(\\.\\./){2,}',
      message: 'Cross layers by the # imports of package.json (#contract, #services, …), not by ../../.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'test/output', 'resources/firmware'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-imports': ['error', noElectron],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': layers,
      'import/resolver': { typescript: { alwaysTryTypes: true } },
    },
    rules: { 'boundaries/dependencies': ['error', { default: 'disallow', policies: allowed }] },
  },
  {
    files: ['electron/main/**/*.ts', 'electron/preload/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['renderer/**/*.{ts,tsx}', 'cloud/console/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    languageOptions: { globals: globals.browser },
    // A component is one function of markup; the cap that serves logic would only scatter it.
    rules: { ...reactHooks.configs.recommended.rules, 'max-lines-per-function': ['error', { max: 120 }] },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', '*.config.ts', '**/*.config.ts', 'test/**'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node } },
);
