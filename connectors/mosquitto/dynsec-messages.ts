import { z } from 'zod';

/** Commands of mosquitto 2.0.11, plugins/dynamic-security/README.md; only those that are used. */
export type Command =
  | { command: 'createRole' | 'modifyRole'; rolename: string; acls: Acl[] }
  | { command: 'deleteRole'; rolename: string }
  | { command: 'createClient'; username: string; textname: string; roles: RoleRef[] }
  | { command: 'modifyClient'; username: string; roles: RoleRef[] }
  | { command: 'getClient' | 'disableClient' | 'deleteClient'; username: string }
  | { command: 'getDefaultACLAccess' };

export interface Acl {
  acltype: 'publishClientSend' | 'publishClientReceive' | 'subscribePattern';
  topic: string;
  allow: boolean;
}

interface RoleRef {
  rolename: string;
}

const answer = z.object({
  correlationData: z.string().optional(),
  error: z.string().optional(),
  data: z.unknown().optional(),
});
export type Answer = z.infer<typeof answer>;

const answers = z.object({ responses: z.array(answer) });

const clientData = z.object({
  client: z.object({
    username: z.string(),
    textname: z.string().optional(),
    disabled: z.boolean().optional(),
  }),
});

const defaultsData = z.object({ acls: z.array(z.object({ acltype: z.string(), allow: z.boolean() })) });

/** Kinds of access that everyone has at the broker unless a role says otherwise; null for an answer that tells none. */
export function parseDefaults(from: Answer): Set<string> | null {
  const parsed = defaultsData.safeParse(from.data);
  if (!parsed.success) return null;
  return new Set(parsed.data.acls.filter((acl) => acl.allow).map((acl) => acl.acltype));
}

/** What the broker knows of a user name. `fingerprint` is null for clients that this program did not make. */
export interface KnownClient {
  fingerprint: string | null;
  disabled: boolean;
}

/** Answers of one message; a message that is not the plugin's has none. */
export function parseAnswer(message: Uint8Array): Answer[] {
  try {
    return answers.parse(JSON.parse(new TextDecoder().decode(message))).responses;
  } catch {
    // Whoever may publish there could send anything; a request without its answer runs into its own deadline.
    return [];
  }
}

/** The client of a `getClient` answer; undefined when the broker knows none of that name. */
export function parseClient(from: Answer): KnownClient | undefined {
  if (from.error !== undefined) return undefined;
  const parsed = clientData.safeParse(from.data);
  if (!parsed.success) return undefined;
  const { textname, disabled } = parsed.data.client;
  return { fingerprint: fromTextName(textname ?? ''), disabled: disabled === true };
}

/** The fingerprint as the plugin keeps it beside a client. */
export const toTextName = (fingerprint: string): string => `sha256:${fingerprint}`;

function fromTextName(textname: string): string | null {
  return /^sha256:([0-9a-f]{64})$/.exec(textname)?.[1] ?? null;
}
