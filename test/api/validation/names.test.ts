import { describe, expect, it } from 'vitest';
import {
  nameIs1035Label,
  nameIsLabel,
  nameIsPathSegment,
  nameIsSubdomain,
  validateConfigKey,
  validateDns1123Label,
  validateDns1123Subdomain,
  validateEnvironmentName,
  validateLabelValue,
  validatePortName,
  validateQualifiedName,
  validateWildcardDns1123Subdomain,
} from '../../../api/names.js';

describe('naming rules', () => {
  it.each([
    [
      validateDns1123Subdomain,
      ['a', 'a-b', 'a.b', '1.2', 'a'.repeat(253)],
      ['', 'A', '-a', 'a-', 'a..b', '.a', 'a_b', 'a'.repeat(254), 'a\n'],
    ],
    [validateDns1123Label, ['a', '1', 'a'.repeat(63)], ['', 'a.b', 'A', 'a'.repeat(64)]],
    [
      validateQualifiedName,
      ['a', 'A.b_c', 'example.com/a', '1'],
      ['', 'a/b/c', '/a', 'a/', 'EX.com/a', '-a', 'a'.repeat(64)],
    ],
    [validateLabelValue, ['', 'a', 'A_b.c'], ['-', 'a b', 'a'.repeat(64)]],
    [validateConfigKey, ['a.b', 'A_B', '-'], ['', '.', '..', '..a', 'a/b', 'a'.repeat(254)]],
    [validateEnvironmentName, ['A', 'a.b', '1'], ['', 'a=b', 'ä']],
    [validatePortName, ['http', 'a1'], ['', '1', 'A', 'a--b', '-a', 'a'.repeat(16)]],
    [validateWildcardDns1123Subdomain, ['*.a.b'], ['*', 'a.b', '*.']],
  ])('%o take the good and refuse the bad', (rule, good, bad) => {
    for (const name of good) expect(rule(name), name).toEqual([]);
    for (const name of bad) expect(rule(name), name).not.toEqual([]);
  });

  it("explain themselves in the original's words", () => {
    expect(validateDns1123Subdomain('A')).toEqual([
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ]);
    expect(validateDns1123Label('A')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]);
    expect(validateLabelValue('$')).toEqual([
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ]);
    expect(nameIsPathSegment('a/b', false)).toEqual(["may not contain '/'"]);
    expect(nameIsPathSegment('..', false)).toEqual(["may not be '..'"]);
  });

  it('let a prefix end in a hyphen', () => {
    expect(nameIsSubdomain('a-', true)).toEqual([]);
    expect(nameIsSubdomain('a-', false)).not.toEqual([]);
    expect(nameIsLabel('a-', true)).toEqual([]);
    expect(nameIs1035Label('a-', true)).toEqual([]);
    expect(nameIs1035Label('1a', false)).not.toEqual([]);
  });

  it('take linear time on long bad names', () => {
    const long = `${'a-'.repeat(50_000)}!`;
    expect(validateDns1123Subdomain(long)).toHaveLength(2);
    expect(validateQualifiedName(long)).toHaveLength(2);
  });
});
