// Makes etcd/proto/generated/*.ts, the codecs and types of the etcd API's messages, from etcd/proto/*.proto.
//
//   node scripts/etcd-proto.mjs           write them
//   node scripts/etcd-proto.mjs --check   fail when they are not what the .proto files say
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'etcd', 'proto');
const files = ['kv', 'auth', 'rpc', 'lock', 'election', 'health'];

/** @typedef {{ readonly file: string, readonly types: Map<string, string> }} Place */

/** Of every type that the fields use: how it is written in TypeScript and on the wire. */
const scalars = {
  int64: {
    type: 'number',
    empty: '0',
    wire: 0,
    read: 'readInt64(reader)',
    write: (value) => `writeInt64(writer, ${value})`,
  },
  uint64: {
    type: 'number',
    empty: '0',
    wire: 0,
    read: 'readUint64(reader)',
    write: (value) => `writeInt64(writer, ${value})`,
  },
  uint32: {
    type: 'number',
    empty: '0',
    wire: 0,
    read: 'reader.uint32()',
    write: (value) => `writer.uint32(${value})`,
  },
  enum: {
    type: 'number',
    empty: '0',
    wire: 0,
    read: 'reader.int32()',
    write: (value) => `writer.int32(${value})`,
  },
  bool: {
    type: 'boolean',
    empty: 'false',
    wire: 0,
    read: 'reader.bool()',
    write: (value) => `writer.bool(${value})`,
  },
  string: {
    type: 'string',
    empty: "''",
    wire: 2,
    read: 'reader.string()',
    write: (value) => `writer.string(${value})`,
  },
  bytes: {
    type: 'Uint8Array',
    empty: 'noBytes',
    wire: 2,
    read: 'reader.bytes()',
    write: (value) => `writer.bytes(${value})`,
  },
};

function camel(name) {
  return name.replace(/_([a-zA-Z])/g, (_, letter) => letter.toUpperCase());
}

function enumName(type) {
  return type.name === 'Type' ? `${type.parent.name}Type` : type.name;
}

function comment(text, indent = '') {
  return text ? `${indent}/** ${text.replaceAll('\n', ' ')} */\n` : '';
}

function shape(field) {
  const resolved = field.resolvedType;
  if (resolved instanceof protobuf.Enum) return { ...scalars.enum, message: undefined };
  if (resolved instanceof protobuf.Type) return { message: resolved.name, type: resolved.name, wire: 2 };
  const scalar = scalars[field.type];
  if (scalar === undefined) throw new Error(`${field.fullName}: ${field.type} is not supported`);
  return { ...scalar, message: undefined };
}

const isOptional = (field) =>
  !field.repeated && (field.partOf !== null || shape(field).message !== undefined);

function fieldDeclaration(field) {
  const { type } = shape(field);
  const name = camel(field.name);
  if (field.repeated) return `readonly ${name}: readonly ${type}[];`;
  return isOptional(field) ? `readonly ${name}: ${type} | undefined;` : `readonly ${name}: ${type};`;
}

function readCase(field) {
  const { message, read, wire } = shape(field);
  const name = camel(field.name);
  const tag = (field.id << 3) | wire;
  const value =
    message === undefined ? read : `${message}.read(reader, enter(reader, end, depth), depth + 1)`;
  if (!field.repeated) {
    const others = (field.partOf?.fieldsArray ?? []).filter((other) => other !== field);
    const cleared = others.map((other) => `${camel(other.name)} = undefined;`);
    return [`case ${tag}:`, `${name} = ${value};`, ...cleared, 'break;'];
  }
  const lines = [`case ${tag}:`, `${name}.push(${value});`, 'break;'];
  if (wire !== 2) {
    // Packed: what proto3 writes by default.
    const packed = (field.id << 3) | 2;
    lines.push(
      `case ${packed}:`,
      `for (const inner = enter(reader, end, depth); reader.pos < inner; ) ${name}.push(${read});`,
      'break;',
    );
  }
  return lines;
}

function writeLines(field) {
  const { message, write, wire, type } = shape(field);
  const name = `message.${camel(field.name)}`;
  const tag = (field.id << 3) | wire;
  const put = (value) =>
    message === undefined
      ? [`writer.uint32(${tag});`, `${write(value)};`]
      : [`${message}.write(${value}, writer.uint32(${tag}).fork());`, 'writer.ldelim();'];
  if (field.repeated) {
    return [`if (${name} !== undefined) {`, `for (const item of ${name}) {`, ...put('item'), '}', '}'];
  }
  const present = isOptional(field)
    ? `${name} !== undefined`
    : type === 'Uint8Array'
      ? `${name} !== undefined && ${name}.length > 0`
      : type === 'string'
        ? `${name} !== undefined && ${name} !== ''`
        : type === 'boolean'
          ? `${name} === true`
          : `${name} !== undefined && ${name} !== 0`;
  return [`if (${present}) {`, ...put(name), '}'];
}

function messageCode(type) {
  const fields = type.fieldsArray;
  const names = fields.map((field) => camel(field.name));
  const used = fields.some(
    (field) => shape(field).message !== undefined || (field.repeated && shape(field).wire !== 2),
  );
  const locals = fields.map((field) => {
    const { type: fieldType, empty } = shape(field);
    if (field.repeated) return `const ${camel(field.name)}: ${fieldType}[] = [];`;
    if (isOptional(field)) return `let ${camel(field.name)}: ${fieldType} | undefined;`;
    return `let ${camel(field.name)}: ${fieldType} = ${empty};`;
  });
  const loop =
    fields.length === 0
      ? ['skip(reader, reader.uint32());']
      : [
          'const tag = reader.uint32();',
          'switch (tag) {',
          ...fields.flatMap(readCase),
          'default:',
          'skip(reader, tag);',
          '}',
        ];
  return [
    `${comment(type.comment)}export interface ${type.name} {`,
    ...fields.map((field) => `${comment(field.comment, '  ')}  ${fieldDeclaration(field)}`),
    '}',
    '',
    `export const ${type.name}: Codec<${type.name}> = {`,
    used ? 'read(reader, end, depth) {' : 'read(reader, end) {',
    ...locals,
    'while (reader.pos < end) {',
    ...loop,
    '}',
    'leave(reader, end);',
    `return { ${names.join(', ')} };`,
    '},',
    fields.length === 0 ? 'write() {},' : 'write(message, writer) {',
    ...(fields.length === 0 ? [] : [...fields.flatMap(writeLines), '},']),
    '};',
    '',
  ];
}

function enumCode(type) {
  const name = enumName(type);
  const entries = Object.entries(type.values).map(([key, value]) => `  ${key}: ${value},`);
  return [`${comment(type.comment)}export const ${name} = {`, ...entries, '} as const;', ''];
}

function serviceCode(service) {
  const path = service.fullName.slice(1);
  return [
    `${comment(service.comment)}export const ${service.name}Service = {`,
    `  name: '${path}',`,
    '  methods: {',
    ...service.methodsArray.map(
      (method) =>
        `    ${method.name}: { path: '/${path}/${method.name}', request: ${method.resolvedRequestType.name} as typeof ${method.resolvedRequestType.name}, response: ${method.resolvedResponseType.name} as typeof ${method.resolvedResponseType.name}, requestStream: ${method.requestStream === true}, responseStream: ${method.responseStream === true} },`,
    ),
    '  },',
    '} as const;',
    '',
  ];
}

/** Everything a file declares, nested enums before the messages that hold them. */
function* declarationsOf(namespace) {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type) {
      yield* declarationsOf(nested);
      yield nested;
    } else if (nested instanceof protobuf.Enum || nested instanceof protobuf.Service) yield nested;
    else if (nested instanceof protobuf.Namespace) yield* declarationsOf(nested);
  }
}

function fileCode(root, file) {
  const ours = [...declarationsOf(root)].filter(({ filename }) => filename?.endsWith(`/${file}.proto`));
  const imports = new Map();
  const use = (type) => {
    const other = type?.filename?.match(/([a-z]+)\.proto$/)?.[1];
    if (other === undefined || other === file) return;
    imports.set(other, (imports.get(other) ?? new Set()).add(type.name));
  };
  const body = [];
  for (const declaration of ours) {
    if (declaration instanceof protobuf.Enum) body.push(...enumCode(declaration));
    else if (declaration instanceof protobuf.Type) {
      for (const field of declaration.fieldsArray) {
        if (field.resolvedType instanceof protobuf.Type) use(field.resolvedType);
      }
      body.push(...messageCode(declaration));
    }
  }
  // A service names the codecs of its messages: those come first.
  for (const declaration of ours) {
    if (declaration instanceof protobuf.Service) body.push(...serviceCode(declaration));
  }
  const text = body.join('\n');
  const helpers = ['enter', 'leave', 'readInt64', 'readUint64', 'skip', 'writeInt64'].filter((name) =>
    text.includes(`${name}(`),
  );
  if (text.includes('= noBytes')) helpers.push('noBytes');
  return [
    `// Made by scripts/etcd-proto.mjs from ${file}.proto: change that, not this.`,
    `import { type Codec, ${helpers.sort().join(', ')} } from '../codec.js';`,
    ...[...imports].map(([other, names]) => `import { ${[...names].join(', ')} } from './${other}.js';`),
    '',
    text,
  ].join('\n');
}

/** The files as they should be: name and text, formatted like everything else. */
export async function generate() {
  const { spawnSync } = await import('node:child_process');
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.includes('/') ? target : join(folder, target));
  await root.load(
    files.map((file) => `${file}.proto`),
    { keepCase: true, alternateCommentMode: true },
  );
  root.resolveAll();
  return files.map((file) => {
    const path = join(folder, 'generated', `${file}.ts`);
    const biome = join(folder, '..', '..', 'node_modules', '.bin', 'biome');
    const formatted = spawnSync(biome, ['check', '--write', `--stdin-file-path=${path}`], {
      input: fileCode(root, file),
      encoding: 'utf8',
    });
    if (formatted.status !== 0) throw new Error(`${file}: ${formatted.stderr}`);
    return { path, text: formatted.stdout };
  });
}

async function main() {
  const check = process.argv.includes('--check');
  let stale = false;
  for (const { path, text } of await generate()) {
    const now = await readFile(path, 'utf8').catch(() => undefined);
    if (now === text) continue;
    stale = true;
    if (check) console.error(`${path} is not what the .proto files say: node scripts/etcd-proto.mjs`);
    else await writeFile(path, text);
  }
  if (check && stale) process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
