import type { MessagePort } from 'node:worker_threads';
import type { TenantContext } from '@telltale/tenancy';
import type { FoldOptions, MergeOptions, RetireOptions } from './compactor.js';

/** What a compactor's thread is asked to do; the answer comes back over the port that travels with it. */
export type CompactorOrder =
  | { readonly work: 'fold'; readonly tenant: TenantContext; readonly options: FoldOptions }
  | { readonly work: 'merge'; readonly tenant: TenantContext; readonly options: MergeOptions }
  | { readonly work: 'retire'; readonly tenant: TenantContext; readonly options: RetireOptions }
  | { readonly work: 'backlog'; readonly tenant: TenantContext }
  | { readonly work: 'maintain'; readonly nowUs: number }
  | { readonly work: 'close' };

export interface CompactorRequest {
  readonly order: CompactorOrder;
  readonly answerTo: MessagePort;
}

export type CompactorAnswer<R> =
  | { readonly done: true; readonly result: R }
  | { readonly done: false; readonly message: string; readonly code: string | undefined; readonly stack: string | undefined };
