import { spawn } from 'node:child_process'

/** One command line of the tour, and what it was answered by kube-apiserver, by the minor of kubectl. */
export interface TourStep {
  /** A line for bash in which `kubectl` is the client; `t1` stands for the tour's namespace. */
  readonly run: string
  readonly input: string
  readonly expected: ReadonlyMap<string, string>
}

const STEP = /^\$ /m
const ANSWER = /^=== (.+)$/m

/**
 * Steps of a file: `$ command`, its standard input, then for each kubectl `=== 1.36` (or `=== 1.36 1.32`) and what came
 * back: `[exit code]`, standard output, `--- stderr` and standard error, made comparable by `comparable`.
 */
export function parseTour(text: string): TourStep[] {
  return text
    .split(STEP)
    .slice(1)
    .map((block) => {
      const [head = '', ...answers] = block.split(ANSWER)
      const expected = new Map<string, string>()
      for (let i = 0; i + 1 < answers.length; i += 2) {
        for (const version of answers[i]!.split(' ')) expected.set(version, answers[i + 1]!.replace(/^\n|\n+$/g, ''))
      }
      const line = head.indexOf('\n')
      return { run: head.slice(0, line), input: head.slice(line + 1), expected }
    })
}

const UNCERTAIN: readonly (readonly [RegExp, string])[] = [
  [/https?:\/\/(127\.0\.0\.1|localhost):\d+/g, 'SERVER'],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)/g, 'TIME'],
  [/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [\d:]+ \+0000/g, 'TIME'],
  [/(resourceVersion"?:) ?"\d+"/g, '$1 N'],
  [/(?<=[\s(])(\d+[dhm])*\d+(ms|s|m|h|d)(?=[\s)]|$)/gm, 'AGE'],
  [/\b(pod-template-hash|controller-revision-hash)=\w+/g, '$1=HASH'],
  [/\b(web|d1|ds|sts)-[0-9a-z]{8,10}(-[0-9a-z]{5})?\b/g, '$1-NAME'],
  [/\b(j1|j2|ds)-[0-9a-z]{5}\b/g, '$1-NAME'],
  [/10\.(9[6-9]|1[01]\d)\.\d+\.\d+/g, 'CLUSTER-IP'],
  [/10\.244\.\d+\.\d+/g, 'POD-IP'],
  [/^[WEI]\d{4} [\d:.]+ +\d+/gm, 'KLOG'],
  [/kubectl-edit-\d+/g, 'kubectl-edit'],
  [/applyset-[\w-]+-v1/g, 'APPLYSET'],
  [/[ \t]+/g, ' '],
  [/ $/gm, ''],
]

/** Rids an output of what differs from run to run: names, times, addresses, the width of columns. */
export function comparable(text: string, namespace: string): string {
  return UNCERTAIN.reduce((out, [pattern, by]) => out.replace(pattern, by), text.replaceAll(namespace, 't1')).trim()
}

export interface TourShell {
  readonly kubectl: string
  readonly namespace: string
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
}

/** Runs one step; the answer is in the form of `TourStep.expected`. */
export function runStep(step: Pick<TourStep, 'run' | 'input'>, shell: TourShell): Promise<string> {
  const own = (text: string): string => text.replace(/\bt1\b/g, shell.namespace)
  const script = `kubectl() { timeout 30 ${shell.kubectl} "$@"; }; ${own(step.run)}`
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', script], { cwd: shell.directory, env: shell.environment })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    // A command that reads nothing closes its input.
    child.stdin.on('error', () => undefined)
    child.stdin.end(own(step.input))
    child.on('close', (code) => {
      const errors = err === '' ? '' : `\n--- stderr\n${comparable(err, shell.namespace)}`
      resolve(`[${code ?? -1}] ${comparable(out, shell.namespace)}${errors}`.trim())
    })
  })
}
