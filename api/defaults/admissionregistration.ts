/** Defaults of admissionregistration.k8s.io/v1. */
import { type JsonObject, newObject } from '../value.js';
import { child, children, type Defaulter, ensureChild, setAbsent } from './helpers.js';

const group = 'admissionregistration.k8s.io/v1';

export const admissionregistrationDefaults: Readonly<Record<string, Defaulter>> = {
  [`${group}.ValidatingWebhookConfiguration`]: (configuration) => {
    for (const webhook of children(configuration, 'webhooks')) defaultWebhook(webhook);
  },
  [`${group}.MutatingWebhookConfiguration`]: (configuration) => {
    for (const webhook of children(configuration, 'webhooks')) {
      defaultWebhook(webhook);
      setAbsent(webhook, 'reinvocationPolicy', 'Never');
    }
  },
  [`${group}.ValidatingAdmissionPolicy`]: defaultPolicy,
  [`${group}.MutatingAdmissionPolicy`]: defaultPolicy,
  [`${group}.ValidatingAdmissionPolicyBinding`]: defaultBinding,
  [`${group}.MutatingAdmissionPolicyBinding`]: defaultBinding,
};

function defaultWebhook(webhook: JsonObject): void {
  setAbsent(webhook, 'failurePolicy', 'Fail');
  setAbsent(webhook, 'timeoutSeconds', 10);
  defaultMatch(webhook);
  for (const rule of children(webhook, 'rules')) setAbsent(rule, 'scope', '*');
  defaultServicePort(child(webhook, 'clientConfig'));
}

/** The `service` of a webhook's client configuration. */
export function defaultServicePort(owner: JsonObject | undefined): void {
  const service = child(owner, 'service');
  if (service !== undefined) setAbsent(service, 'port', 443);
}

function defaultPolicy(policy: JsonObject): void {
  const spec = ensureChild(policy, 'spec');
  setAbsent(spec, 'failurePolicy', 'Fail');
  defaultMatchResources(child(spec, 'matchConstraints'));
}

function defaultBinding(binding: JsonObject): void {
  defaultMatchResources(child(child(binding, 'spec'), 'matchResources'));
}

function defaultMatchResources(match: JsonObject | undefined): void {
  if (match === undefined) return;
  defaultMatch(match);
  for (const rule of [...children(match, 'resourceRules'), ...children(match, 'excludeResourceRules')]) {
    setAbsent(rule, 'scope', '*');
  }
}

function defaultMatch(owner: JsonObject): void {
  setAbsent(owner, 'matchPolicy', 'Equivalent');
  setAbsent(owner, 'namespaceSelector', newObject());
  setAbsent(owner, 'objectSelector', newObject());
}
