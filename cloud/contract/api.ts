import { z } from 'zod';
import { base64, instant, name, sha256Hex, uuid } from '#protocol/shapes.ts';
import { invitation, membership, sealedJoin } from '#protocol/join.ts';
import { consoleRole, done, nothing, operation, pageOf, paging } from './operation.ts';
import {
  batchRow,
  certificateRow,
  crlView,
  eventRow,
  invitationView,
  itemRow,
  newOrder,
  newTarget,
  orderView,
  overviewView,
  revocationReasons,
  sessionView,
  stationView,
  targetView,
  tokenView,
  transferRow,
  unitDetail,
  unitRow,
} from './views.ts';

const id = z.strictObject({ id: uuid });
const fingerprint = z.strictObject({ fingerprint: sha256Hex });
const text = z.string().trim().max(128).default('');
const bytes = z.unknown();
/** The most that an alphanumeric QR code holds: version 40, level L (ISO/IEC 18004, table 7). */
const MAX_FRAME_CHARACTERS = 4296;

const session = {
  signIn: operation(['POST', '/v1/api/session'], ['session', 'anyone'], {
    summary: 'Sign in with a token; sets the session cookie of the console',
    body: z.strictObject({ token: z.string().min(20).max(200) }),
    response: sessionView,
  }),
  session: operation(['GET', '/v1/api/session'], ['session', 'auditor'], {
    summary: 'Who is signed in',
    response: sessionView,
  }),
  signOut: operation(['DELETE', '/v1/api/session'], ['session', 'anyone'], {
    summary: 'Sign out',
    response: done,
  }),
  overview: operation(['GET', '/v1/api/overview'], ['fleet', 'auditor'], {
    summary: 'Fleet counts and alerts',
    response: overviewView,
  }),
};

const stations = {
  stations: operation(['GET', '/v1/api/stations'], ['stations', 'auditor'], {
    summary: 'Stations with last contact and lag',
    query: z.strictObject({ text, ...paging }),
    response: pageOf(stationView),
  }),
  station: operation(['GET', '/v1/api/stations/{id}'], ['stations', 'auditor'], {
    summary: 'One station',
    params: id,
    response: stationView,
  }),
  inviteStation: operation(['POST', '/v1/api/stations'], ['stations', 'admin'], {
    summary: 'Invite a station: an address and a one-time code, valid for a day',
    body: z.strictObject({ name, courier: z.boolean().default(false) }),
    response: invitationView,
  }),
  reinviteStation: operation(['POST', '/v1/api/stations/{id}/invitation'], ['stations', 'admin'], {
    summary: 'A new one-time code for a station that has not joined, or joins again after a loss',
    params: id,
    body: nothing,
    response: invitationView,
  }),
  revokeStation: operation(['POST', '/v1/api/stations/{id}/revoke'], ['stations', 'admin'], {
    summary: 'Revoke a station: its line closes and stays closed',
    params: id,
    body: z.strictObject({ reason: z.string().trim().min(1).max(300) }),
    response: stationView,
  }),
};

const fleet = {
  batches: operation(['GET', '/v1/api/batches'], ['fleet', 'auditor'], {
    summary: 'Batches of all stations, newest first',
    query: z.strictObject({
      text,
      state: z.enum(['open', 'closed', 'all']).default('all'),
      stationId: uuid.optional(),
      ...paging,
    }),
    response: pageOf(batchRow),
  }),
  batch: operation(['GET', '/v1/api/batches/{id}'], ['fleet', 'auditor'], {
    summary: 'One batch',
    params: id,
    response: batchRow,
  }),
  units: operation(['GET', '/v1/api/units'], ['fleet', 'auditor'], {
    summary: 'Units by prefix of device id, chip id, serial or lot; newest first',
    query: z.strictObject({
      text,
      outcome: z.enum(['passed', 'failed', 'unknown']).optional(),
      batchId: uuid.optional(),
      ...paging,
    }),
    response: pageOf(unitRow),
  }),
  unit: operation(['GET', '/v1/api/units/{id}'], ['fleet', 'auditor'], {
    summary: 'A unit and its time line',
    params: z.strictObject({ id: z.string().min(1).max(128) }),
    response: unitDetail,
  }),
};

const certificates = {
  certificates: operation(['GET', '/v1/api/certificates'], ['certificates', 'auditor'], {
    summary: 'Certificates by prefix of fingerprint, serial or device id',
    query: z.strictObject({ text, state: z.enum(['active', 'revoked', 'all']).default('all'), ...paging }),
    response: pageOf(certificateRow),
  }),
  certificate: operation(['GET', '/v1/api/certificates/{fingerprint}'], ['certificates', 'auditor'], {
    summary: 'One certificate',
    params: fingerprint,
    response: certificateRow.extend({ pem: z.string() }),
  }),
  revokeCertificate: operation(
    ['POST', '/v1/api/certificates/{fingerprint}/revoke'],
    ['certificates', 'admin'],
    {
      summary: 'Revoke: into the CRL, to the onboarding targets and to the stations',
      params: fingerprint,
      body: z.strictObject({ reason: z.enum(revocationReasons) }),
      response: certificateRow,
    },
  ),
  createEstCode: operation(['POST', '/v1/api/est-codes'], ['certificates', 'planner'], {
    summary: 'A one-time code with which a device enrols over EST; it is in this answer only',
    body: z.strictObject({ label: name, serial: z.string().min(1).max(64).nullable().default(null) }),
    response: z.strictObject({ id: uuid, code: z.string(), expiresAt: instant }),
  }),
  crls: operation(['GET', '/v1/api/crls'], ['certificates', 'auditor'], {
    summary: 'Current CRLs, one per issuer whose key the cloud holds',
    response: z.strictObject({ crls: z.array(crlView) }),
  }),
};

const orders = {
  orders: operation(['GET', '/v1/api/orders'], ['orders', 'auditor'], {
    summary: 'Orders, newest first',
    query: z.strictObject({ stationId: uuid.optional(), ...paging }),
    response: pageOf(orderView),
  }),
  putBlob: operation(['PUT', '/v1/api/blobs/{sha256}'], ['orders', 'planner'], {
    summary: 'A file of a job; its bytes must hash to the name',
    params: z.strictObject({ sha256: sha256Hex }),
    body: bytes,
    consumes: 'application/octet-stream',
    response: done,
  }),
  createOrder: operation(['POST', '/v1/api/orders'], ['orders', 'planner'], {
    summary: 'Order: a job with an allowance for one station',
    body: newOrder,
    response: orderView,
  }),
  withdrawOrder: operation(['POST', '/v1/api/orders/{id}/withdraw'], ['orders', 'planner'], {
    summary: 'Take back what is left of an order',
    params: id,
    body: z.strictObject({ reason: z.string().trim().min(1).max(300) }),
    response: orderView,
  }),
};

const administration = {
  tokens: operation(['GET', '/v1/api/tokens'], ['administration', 'admin'], {
    summary: 'Access tokens (never their secrets)',
    response: z.strictObject({ tokens: z.array(tokenView) }),
  }),
  createToken: operation(['POST', '/v1/api/tokens'], ['administration', 'admin'], {
    summary: 'A new token; its secret is in this answer only',
    body: z.strictObject({ label: name, role: consoleRole }),
    response: z.strictObject({ token: z.string(), view: tokenView }),
  }),
  revokeToken: operation(['DELETE', '/v1/api/tokens/{id}'], ['administration', 'admin'], {
    summary: 'Revoke a token',
    params: id,
    response: tokenView,
  }),
  events: operation(['GET', '/v1/api/events'], ['administration', 'auditor'], {
    summary: 'Append-only log of what was done here, newest first',
    query: z.strictObject({ text, ...paging }),
    response: pageOf(eventRow),
  }),
};

const onboarding = {
  targets: operation(['GET', '/v1/api/targets'], ['onboarding', 'auditor'], {
    summary: 'Onboarding targets',
    response: z.strictObject({ targets: z.array(targetView) }),
  }),
  createTarget: operation(['POST', '/v1/api/targets'], ['onboarding', 'admin'], {
    summary: 'A new target',
    body: newTarget,
    response: targetView,
  }),
  checkTarget: operation(['POST', '/v1/api/targets/{id}/check'], ['onboarding', 'planner'], {
    summary: 'Connect and look whether it would work',
    params: id,
    body: nothing,
    response: targetView,
  }),
  pauseTarget: operation(['POST', '/v1/api/targets/{id}/pause'], ['onboarding', 'planner'], {
    summary: 'Pause or resume',
    params: id,
    body: z.strictObject({ paused: z.boolean() }),
    response: targetView,
  }),
  targetItems: operation(['GET', '/v1/api/targets/{id}/items'], ['onboarding', 'auditor'], {
    summary: 'Units at a target by state',
    params: id,
    query: z.strictObject({
      state: z.enum(['waiting', 'retry', 'registered', 'dead', 'revoked', 'all']).default('all'),
      ...paging,
    }),
    response: pageOf(itemRow),
  }),
  retryItems: operation(['POST', '/v1/api/targets/{id}/retry'], ['onboarding', 'planner'], {
    summary: 'Dead letters back into the queue: those named, or all',
    params: id,
    body: z.strictObject({ fingerprints: z.array(sha256Hex).max(1000).optional() }),
    response: z.strictObject({ retried: z.number().int() }),
  }),
  registerAgain: operation(['POST', '/v1/api/targets/{id}/again'], ['onboarding', 'admin'], {
    summary: 'The target lost its state: everything that was registered or revoked there once more',
    params: id,
    body: nothing,
    response: z.strictObject({ again: z.number().int() }),
  }),
};

const courier = {
  transfers: operation(['GET', '/v1/api/courier'], ['courier', 'auditor'], {
    summary: 'Courier transfers both ways, newest first',
    query: z.strictObject({ stationId: uuid.optional(), ...paging }),
    response: pageOf(transferRow),
  }),
  putPart: operation(['PUT', '/v1/api/courier/parts'], ['courier', 'planner'], {
    summary: 'One sealed file from a stick; the transfer is applied when it is whole',
    body: bytes,
    consumes: 'application/octet-stream',
    response: transferRow,
  }),
  putFrames: operation(['POST', '/v1/api/courier/frames'], ['courier', 'planner'], {
    summary:
      'All scanned QR codes of one small transfer, in any order; nothing is kept of an incomplete call',
    body: z.strictObject({ frames: z.array(z.string().max(MAX_FRAME_CHARACTERS)).min(1).max(200) }),
    response: transferRow,
  }),
  writeTransfer: operation(['POST', '/v1/api/stations/{id}/courier'], ['courier', 'planner'], {
    summary: 'Seal what waits for a station; parts are fetched one by one',
    params: id,
    body: z.strictObject({
      partBytes: z
        .number()
        .int()
        .min(65_536)
        .max(64 * 1024 * 1024)
        .default(64 * 1024 * 1024),
    }),
    response: transferRow.extend({
      files: z.array(z.strictObject({ name: z.string(), bytes: z.number().int() })),
    }),
  }),
  getPart: operation(['GET', '/v1/api/courier/{id}/parts/{part}'], ['courier', 'planner'], {
    summary: 'A sealed file for a stick',
    params: z.strictObject({ id: uuid, part: z.coerce.number().int().min(1) }),
    produces: 'application/octet-stream',
    response: bytes,
  }),
  getFrames: operation(['GET', '/v1/api/courier/{id}/frames'], ['courier', 'planner'], {
    summary: 'A small transfer as a sequence of QR codes',
    params: id,
    response: z.strictObject({ frames: z.array(z.strictObject({ text: z.string(), svg: z.string() })) }),
  }),
  joinByFile: operation(['POST', '/v1/api/courier/join'], ['courier', 'admin'], {
    summary: 'The join file of a station without a line; the answer is the membership file for it',
    body: sealedJoin,
    response: membership,
  }),
};

/** Open to everyone: what a station needs before it is known, and what anyone may read. */
const open = {
  invitation: operation(['GET', '/v1/join'], ['join', 'anyone'], {
    summary: 'Who this cloud is: compared by people before anything is sent',
    response: invitation,
  }),
  join: operation(['POST', '/v1/join'], ['join', 'anyone'], {
    summary: 'A station joins',
    body: sealedJoin,
    response: membership,
  }),
  crl: operation(['GET', '/v1/crl/{issuer}'], ['certificates', 'anyone'], {
    summary: 'CRL of an issuer (SHA-256 of its certificate), DER',
    params: z.strictObject({ issuer: sha256Hex }),
    produces: 'application/pkix-crl',
    response: bytes,
  }),
  root: operation(['GET', '/v1/root'], ['certificates', 'anyone'], {
    summary: 'Root certificate of this cloud, DER in base64',
    response: z.strictObject({ root: base64, fingerprint: sha256Hex }),
  }),
};

/** Every operation of the API by name. */
export const api = {
  ...session,
  ...stations,
  ...fleet,
  ...certificates,
  ...orders,
  ...administration,
  ...onboarding,
  ...courier,
  ...open,
};
export type OperationName = keyof typeof api;
export type Params<O extends OperationName> = z.infer<(typeof api)[O]['params']>;
/** As a caller gives it: defaults may be left out. */
export type Query<O extends OperationName> = z.input<(typeof api)[O]['query']>;
export type Body<O extends OperationName> = z.input<(typeof api)[O]['body']>;
export type Answer<O extends OperationName> = z.infer<(typeof api)[O]['response']>;
