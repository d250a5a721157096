import { useState } from 'react';
import { useClient } from 'urql';
import type { ApplyTagImportMutation, MissingTags, PreviewTagImportQuery } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { fileText } from './file-text';
import { ApplyTagImportDocument, PreviewTagImportDocument } from './tag-import.documents';

export type ImportPlan = PreviewTagImportQuery['previewTagImport'];
type Applied = ApplyTagImportMutation['applyTagImport'];
const MOST_BYTES = 16_777_216;

// Files are larger than other operations; the platform takes them from administrators who say so.
const UPLOAD = { requestPolicy: 'network-only', fetchOptions: { headers: { 'x-telltale-request': '1', 'x-telltale-upload': '1' } } } as const;

interface Chosen {
  readonly name: string;
  readonly text: string;
  readonly guessed: boolean;
}

export interface TagImportDesk {
  readonly file: Chosen | null;
  readonly missing: MissingTags;
  readonly plan: ImportPlan | null;
  readonly applied: Applied | null;
  readonly error: string | null;
  readonly busy: 'checking' | 'applying' | null;
  readonly choose: (file: File | null) => Promise<void>;
  readonly setMissing: (missing: MissingTags) => Promise<void>;
  readonly apply: () => Promise<void>;
}

/** From a file to a plan to changed tags. */
export function useTagImport(siteId: string): TagImportDesk {
  const client = useClient();
  const { t } = useText();
  const [file, setFile] = useState<Chosen | null>(null);
  const [missing, keepMissing] = useState<MissingTags>('KEEP');
  const [plan, setPlan] = useState<ImportPlan | null>(null);
  const [applied, setApplied] = useState<Applied | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState<TagImportDesk['busy']>(null);

  const preview = async (chosen: Chosen, rule: MissingTags): Promise<void> => {
    setPlan(null);
    setError(null);
    setApplied(null);
    setBusy('checking');
    const answer = await client.query(PreviewTagImportDocument, { siteId, file: chosen.text, missing: rule }, UPLOAD).toPromise();
    setBusy(null);
    if (answer.data) setPlan(answer.data.previewTagImport);
    else setError(answer.error?.graphQLErrors[0]?.message ?? t('state.errorNetwork'));
  };
  return {
    file, missing, plan, applied, error, busy,
    choose: async (given) => {
      if (!given) return;
      if (given.size > MOST_BYTES) {
        setFile(null);
        setPlan(null);
        setError(t('tagFile.tooLarge'));
        return;
      }
      const chosen = { name: given.name, ...fileText(new Uint8Array(await given.arrayBuffer())) };
      setFile(chosen);
      await preview(chosen, missing);
    },
    setMissing: async (rule) => {
      keepMissing(rule);
      if (file) await preview(file, rule);
    },
    apply: async () => {
      if (!file || !plan?.token) return;
      setBusy('applying');
      setError(null);
      const answer = await client.mutation(ApplyTagImportDocument, { siteId, file: file.text, missing, token: plan.token }, UPLOAD).toPromise();
      setBusy(null);
      if (answer.data) {
        setApplied(answer.data.applyTagImport);
        setPlan(null);
        setFile(null);
      } else setError(answer.error?.graphQLErrors[0]?.message ?? t('state.errorNetwork'));
    },
  };
}
