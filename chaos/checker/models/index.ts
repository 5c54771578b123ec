/** The models by name. */
import type { Model, ModelName } from '../model.js';
import { appendModel } from './append-list.js';
import { setModel } from './growing-set.js';
import { casModel, registerModel } from './register.js';

export const models: Readonly<Record<ModelName, Model>> = {
  register: registerModel,
  cas: casModel,
  append: appendModel,
  set: setModel,
};
