/** Building plain documents. */
import { type JsonObject, type JsonValue, newObject } from '../value.js';

/** An object of these members without a prototype; undefined members are left out. */
export function object(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const made = newObject();
  for (const key of Object.keys(members)) {
    const value = members[key];
    if (value !== undefined) made[key] = value;
  }
  return made;
}
