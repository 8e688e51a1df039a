import { useState } from 'react';
import { bytes, count } from '#ui/format.ts';
import { Notice } from '#ui/pieces/Notice.tsx';
import { Row, Stack } from '#ui/pieces/layout.tsx';
import { Dim, Mono } from '#ui/pieces/text.tsx';
import { FileButton } from '#cloud/console/pieces/FileButton.tsx';
import { Strong } from '#cloud/console/pieces/Strong.tsx';
import { StateWord } from '#cloud/console/pieces/StateWord.tsx';
import type { Look } from '#cloud/console/pieces/words.ts';
import { isWhole, readJobFolder, type JobFolder } from './job-folder.ts';

const FINE: Look = { shape: 'circle', tone: 'pass', word: 'As named' };
const DIFFERS: Look = { shape: 'octagon', tone: 'fail', word: 'Differs' };
const MISSING: Look = { shape: 'dashed', tone: 'fail', word: 'Missing' };

function FileLine({ name, look, detail }: { name: string; look: Look; detail: string }) {
  return (
    <Row sx={{ minHeight: 34 }}>
      <div style={{ width: 120 }}>
        <StateWord look={look} size={18} />
      </div>
      <Strong>{name}</Strong>
      <Dim>
        <Mono>{detail}</Mono>
      </Dim>
    </Row>
  );
}

function Chosen({ folder }: { folder: JobFolder }) {
  const { id, name, revision, files, missing, others } = folder;
  return (
    <Stack>
      <div>
        <b style={{ fontSize: 17 }}>{name}</b>
        <br />
        <Dim>
          Job {id} rev {revision}
        </Dim>
      </div>
      <div>
        {files.map((file) => (
          <FileLine
            key={file.name}
            name={file.name}
            look={file.problem === null ? FINE : DIFFERS}
            detail={`${bytes(file.file.size)} · ${file.sha256.slice(0, 8)}…`}
          />
        ))}
        {missing.map((file) => (
          <FileLine key={file} name={file} look={MISSING} detail="" />
        ))}
      </div>
      {isWhole(folder) ? null : (
        <Notice tone="fail" role="alert">
          <b>The job is not whole.</b> A station would refuse it. Choose the files that job.json names.
        </Notice>
      )}
      {others.length === 0 ? null : (
        <Dim>
          {count(others.length)} other {others.length === 1 ? 'file is' : 'files are'} not part of the job and
          not sent.
        </Dim>
      )}
    </Stack>
  );
}

interface Props {
  folder: JobFolder | null;
  onFolder: (folder: JobFolder | null) => void;
}

/** Chooses a job's folder or files; everything is hashed here, before anything is sent. */
export function JobPicker({ folder, onFolder }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (files: File[]): Promise<void> => {
    if (files.length === 0) return;
    const read = await readJobFolder(files);
    setProblem(typeof read === 'string' ? read : null);
    onFolder(typeof read === 'string' ? null : read);
  };
  const onFiles = (files: File[]) => {
    take(files).catch(() => setProblem('A file could not be read. Is the disk it is on still there?'));
  };
  return (
    <Stack>
      <Row>
        <FileButton label="Choose the job’s folder" folder onFiles={onFiles} />
        <FileButton label="Choose its files" multiple onFiles={onFiles} />
      </Row>
      {problem === null ? null : (
        <Notice tone="fail" role="alert">
          {problem}
        </Notice>
      )}
      {folder ? (
        <Chosen folder={folder} />
      ) : (
        <Dim>
          job.json and the files it names. They are hashed here and held against it before they are sent.
        </Dim>
      )}
    </Stack>
  );
}
