import type { CloudContext } from '#cloud/server/context.ts';
import type { Connector } from '#connectors/connector.ts';
import { MosquittoConnector } from '#connectors/mosquitto/mosquitto-connector.ts';
import type { BrokerFiles } from '#connectors/mosquitto/options.ts';
import type { TargetRow } from './target-view.ts';

/** Purpose under which a target's password is sealed; its id is `<tenant>/<target>`. */
export const PASSWORD_PURPOSE = 'target-password';

function passwordOf({ master }: Pick<CloudContext, 'master'>, row: TargetRow): string {
  if (row.password === null) return '';
  return master.open(PASSWORD_PURPOSE, `${row.tenant_id}/${row.id}`, row.password).toString('utf8');
}

/** Those that are named: an empty column is no path. */
function filesOf(row: TargetRow): BrokerFiles {
  const { crl_file: crlFile, pid_file: pidFile, acl_file: aclFile, ca_directory: caDirectory } = row;
  const named = Object.entries({ crlFile, pidFile, aclFile, caDirectory }).filter(([, path]) => path !== '');
  return Object.fromEntries(named);
}

/** The connector of a target, with its password opened. Throws ConnectorError `bad-options`, naming the field only. */
export function connectorOf(context: Pick<CloudContext, 'master'>, row: TargetRow): Connector {
  const { id, mode, url, ca, username, rate: ratePerSecond } = row;
  return new MosquittoConnector({
    ...{ id, mode, url, ca, ratePerSecond },
    credentials: { username, password: passwordOf(context, row) },
    files: filesOf(row),
  });
}
