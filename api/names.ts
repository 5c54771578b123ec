/**
 * The naming rules of the API, with the original's explanations. Each function gives the list of what is wrong
 * with a name: empty when it is good.
 */

function explain(message: string, pattern: string, ...examples: readonly string[]): string {
  const forExample = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${forExample}regex used for validation is '${pattern}')`;
}

function tooLong(maxBytes: number): string {
  return `must be no more than ${maxBytes} bytes`;
}

const labelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainPattern = `${labelPattern}(\\.${labelPattern})*`;
const label1035Pattern = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedNamePattern = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValuePattern = `(${qualifiedNamePattern})?`;
const configKeyPattern = '[-._a-zA-Z0-9]+';
const environmentNamePattern = '[ -<>-~]+';

/*
 * The tests are written without nested quantifiers over the same characters, so a long bad name costs linear time;
 * the patterns above are what the explanations print.
 */
function isLabel(value: string): boolean {
  return /^[a-z0-9-]+$/.test(value) && !value.startsWith('-') && !value.endsWith('-');
}

function isSubdomain(value: string): boolean {
  return value.split('.').every((part) => isLabel(part));
}

function isQualifiedPart(value: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(value) && /^[A-Za-z0-9]/.test(value) && /[A-Za-z0-9]$/.test(value);
}

export function validateDns1123Label(value: string): readonly string[] {
  const problems: string[] = [];
  if (value.length > 63) problems.push(tooLong(63));
  if (!isLabel(value)) {
    problems.push(
      explain(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
        labelPattern,
        'my-name',
        '123-abc',
      ),
    );
  }
  return problems;
}

export function validateDns1123Subdomain(value: string): readonly string[] {
  const problems: string[] = [];
  if (value.length > 253) problems.push(tooLong(253));
  if (!isSubdomain(value)) {
    problems.push(
      explain(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        subdomainPattern,
        'example.com',
      ),
    );
  }
  return problems;
}

/** A subdomain whose first part may be `*`. */
export function validateWildcardDns1123Subdomain(value: string): readonly string[] {
  if (value.startsWith('*.') && value.length <= 253 && isSubdomain(value.slice(2))) return [];
  return [
    explain(
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
      `\\*\\.${subdomainPattern}`,
      '*.example.com',
    ),
  ];
}

export function validateDns1035Label(value: string): readonly string[] {
  const problems: string[] = [];
  if (value.length > 63) problems.push(tooLong(63));
  if (!isLabel(value) || !/^[a-z]/.test(value)) {
    problems.push(
      explain(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        label1035Pattern,
        'my-name',
        'abc-123',
      ),
    );
  }
  return problems;
}

/** Anything that stands as one segment of a URL path. */
export function validatePathSegment(value: string): readonly string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
}

const nameCharacters =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** `[prefix/]name`: label keys, annotation keys, finalizers, extended resources. */
export function validateQualifiedName(value: string): readonly string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    const form = explain(nameCharacters, qualifiedNamePattern, 'MyName', 'my.name', '123-abc');
    return [
      `a qualified name ${form} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  const name = parts.at(-1)!;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...validateDns1123Subdomain(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooLong(63)}`);
  if (!isQualifiedPart(name)) {
    problems.push(
      `name part ${explain(nameCharacters, qualifiedNamePattern, 'MyName', 'my.name', '123-abc')}`,
    );
  }
  return problems;
}

export function validateLabelValue(value: string): readonly string[] {
  const problems: string[] = [];
  if (value.length > 63) problems.push(tooLong(63));
  if (value !== '' && !isQualifiedPart(value)) {
    problems.push(
      explain(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        labelValuePattern,
        'MyValue',
        'my_value',
        '12345',
      ),
    );
  }
  return problems;
}

/** A key of a ConfigMap or Secret: a file name. */
export function validateConfigKey(value: string): readonly string[] {
  const problems: string[] = [];
  if (value.length > 253) problems.push(tooLong(253));
  if (!/^[-._a-zA-Z0-9]+$/.test(value)) {
    problems.push(
      explain(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configKeyPattern,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  if (value === '.') problems.push("must not be '.'");
  else if (value === '..') problems.push("must not be '..'");
  else if (value.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

export function validateEnvironmentName(value: string): readonly string[] {
  if (/^[ -<>-~]+$/.test(value)) return [];
  const message =
    "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return [`${message} (regex used for validation is '${environmentNamePattern}')`];
}

/** The IANA service name that a port carries. */
export function validatePortName(value: string): readonly string[] {
  const problems: string[] = [];
  if (value.length > 15) problems.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(value)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) {
    problems.push('must not begin or end with a hyphen');
  }
  return problems;
}

/** How a resource names its objects. `forPrefix`: the text is a generateName, to which letters are appended. */
export type NameRule = (name: string, forPrefix: boolean) => readonly string[];

/** A prefix may end in `-`, since what follows is alphanumeric. */
function maskTrailingHyphen(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -1)}a` : name;
}

export const nameIsSubdomain: NameRule = (name, forPrefix) =>
  validateDns1123Subdomain(forPrefix ? maskTrailingHyphen(name) : name);

export const nameIsLabel: NameRule = (name, forPrefix) =>
  validateDns1123Label(forPrefix ? maskTrailingHyphen(name) : name);

export const nameIs1035Label: NameRule = (name, forPrefix) =>
  validateDns1035Label(forPrefix ? maskTrailingHyphen(name) : name);

export const nameIsPathSegment: NameRule = (name, forPrefix) => {
  if (!forPrefix) return validatePathSegment(name);
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
};
