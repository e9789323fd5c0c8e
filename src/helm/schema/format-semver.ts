import { quote } from '../../gotemplate/index.ts'

/** Why a text is no semantic version, by the grammar of semver.org. */
export function semverFault(text: string): string | undefined {
  let rest = text
  const plus = rest.indexOf('+')
  if (plus >= 0) {
    for (const id of rest.slice(plus + 1).split('.')) {
      if (id === '') return 'build identifier is empty'
      const odd = oddCharacter(id)
      if (odd !== undefined) return `invalid character ${odd} in build identifier`
    }
    rest = rest.slice(0, plus)
  }
  const minus = rest.indexOf('-')
  if (minus >= 0) {
    for (const id of rest.slice(minus + 1).split('.')) {
      if (id === '') return 'pre-release identifier is empty'
      const odd = oddCharacter(id)
      if (odd !== undefined) return `invalid character ${odd} in pre-release identifier`
      if (/^0\d+$/.test(id)) return 'pre-release numeric identifier starts with zero'
    }
    rest = rest.slice(0, minus)
  }
  const numbers = rest.split('.')
  if (numbers.length !== 3) return 'versionCore must have 3 numbers separated by dot'
  for (const [i, number] of numbers.entries()) {
    const name = ['major', 'minor', 'patch'][i]!
    if (number === '') return `${name} is empty`
    if (number.length > 1 && number.startsWith('0')) return `${name} starts with zero`
    if (!/^\d+$/.test(number)) return `${name} contains non-digit`
  }
  return undefined
}

function oddCharacter(id: string): string | undefined {
  const odd = /[^0-9A-Za-z-]/u.exec(id)
  return odd === null ? undefined : quote(odd[0], { delimiter: "'" })
}
