/** One case of a corpus, run. */
export interface CaseResult {
  readonly id: string
  readonly pass: boolean
  /** What was expected and what came, short. */
  readonly detail?: string
}

/** A suite over one folder of ../shared. Found by file: `test/conformance/suites/<name>.ts` exports `suite`. */
export interface ConformanceSuite {
  readonly name: string
  /** Below ../shared, for example `conformance/kustomize`. */
  readonly corpus: string
  /** Runs every case; `corpusDir` is absolute. Ids are unique and stable. */
  run(corpusDir: string, filter: (id: string) => boolean): Iterable<CaseResult> | AsyncIterable<CaseResult>
}
