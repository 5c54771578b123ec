/** The query of a list or watch, read and validated. Pure. */
import {
  badRequest,
  checkFieldSelector,
  type FieldError,
  type FieldSelector,
  invalidObject,
  type LabelSelector,
  parseFieldSelector,
  parseLabelSelector,
  requiredFieldValue,
  SelectorError,
  type ServedVersion,
} from '../../api/index.js';
import { isTrue } from '../filters/request-info.js';

export interface Selection {
  readonly labels: LabelSelector;
  readonly fields: FieldSelector;
  readonly served: ServedVersion;
  /** Nothing to select by: every object matches. */
  readonly everything: boolean;
  /** The one name that can match, if the selector says so. */
  readonly name: string | undefined;
}

export interface ListOptions {
  readonly selection: Selection;
  /** '' for unset. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  /** 0 for none. */
  readonly limit: number;
  /** '' for none. */
  readonly continueToken: string;
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** @throws ApiError 400 */
export function parseSelection(query: URLSearchParams, served: ServedVersion): Selection {
  try {
    const labels = parseLabelSelector(query.get('labelSelector') ?? '');
    const fields = parseFieldSelector(query.get('fieldSelector') ?? '');
    checkFieldSelector(fields, served);
    return {
      labels,
      fields,
      served,
      everything: labels.length === 0 && fields.length === 0,
      name: requiredFieldValue(fields, 'metadata.name'),
    };
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

function parseCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^-?[0-9]{1,18}$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

/** A resourceVersion as a number; undefined for ''. @throws ApiError 400 */
export function parseResourceVersion(text: string): number | undefined {
  if (text === '') return undefined;
  const number = Number(text);
  if (!/^[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(number)) {
    throw badRequest(
      `invalid resource version: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return number;
}

/** @throws ApiError 400 or 422 */
export function parseListOptions(
  query: URLSearchParams,
  served: ServedVersion,
  watching: boolean,
): ListOptions {
  const limit = parseCount(query, 'limit') ?? 0;
  const sendInitialEvents = query.get('sendInitialEvents');
  const options: ListOptions = {
    selection: parseSelection(query, served),
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: (query.get('resourceVersionMatch') ?? '') as ListOptions['resourceVersionMatch'],
    limit: limit < 0 ? 0 : limit,
    continueToken: query.get('continue') ?? '',
    timeoutSeconds: parseCount(query, 'timeoutSeconds'),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: sendInitialEvents === null ? undefined : isTrue(sendInitialEvents),
  };
  const errors = watching ? watchErrors(options) : listErrors(options);
  if (errors.length > 0) throw invalidObject('meta.k8s.io', 'ListOptions', '', errors);
  if (options.continueToken !== '' && options.resourceVersion !== '' && options.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  parseResourceVersion(options.resourceVersion);
  return options;
}

function forbiddenField(path: string, detail: string): FieldError {
  return { kind: 'FieldValueForbidden', path, detail };
}

const matchValues = ['Exact', 'NotOlderThan'];

function matchValueErrors(match: string): readonly FieldError[] {
  if (match === '' || matchValues.includes(match)) return [];
  return [
    {
      kind: 'FieldValueNotSupported',
      path: 'resourceVersionMatch',
      value: match,
      detail: '',
      supported: [...matchValues, ''],
    },
  ];
}

function listErrors(options: ListOptions): readonly FieldError[] {
  const match: string = options.resourceVersionMatch;
  const errors: FieldError[] = [];
  if (match !== '') {
    if (options.resourceVersion === '') {
      errors.push(
        forbiddenField(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden unless resourceVersion is provided',
        ),
      );
    }
    if (options.continueToken !== '') {
      errors.push(
        forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'),
      );
    }
    errors.push(...matchValueErrors(match));
    if (match === 'Exact' && options.resourceVersion === '0') {
      errors.push(
        forbiddenField(
          'resourceVersionMatch',
          'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
      );
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors(options: ListOptions): readonly FieldError[] {
  const match: string = options.resourceVersionMatch;
  const errors: FieldError[] = [];
  if (options.sendInitialEvents !== undefined && match === '') {
    errors.push(
      forbiddenField(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ),
    );
  }
  if (match !== '') {
    if (options.sendInitialEvents === undefined) {
      errors.push(
        forbiddenField(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      );
    }
    if (match !== 'NotOlderThan') {
      errors.push({
        kind: 'FieldValueNotSupported',
        path: 'resourceVersionMatch',
        value: match,
        detail: '',
        supported: ['NotOlderThan'],
      });
    }
    if (options.continueToken !== '') {
      errors.push(
        forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'),
      );
    }
  }
  return errors;
}
