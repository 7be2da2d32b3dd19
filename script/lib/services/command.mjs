import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a command that has what `start` returns, services by name, in its environment. They are stopped
 * whatever happens. Resolves with the exit code, 128 and more for a signal, as shells do.
 */
export async function runCommand([program, ...args], start) {
  let interrupted
  let child
  let timer

  function onSignal(signal) {
    interrupted ??= signal
    // A terminal has sent Ctrl-C to the command already.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child?.kill(signal)
    timer ??= setTimeout(() => child?.kill('SIGKILL'), 10_000)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal)

  const services = Object.values(await start())
  try {
    if (interrupted !== undefined) return codeOf(interrupted)
    const env = Object.assign({}, process.env, ...services.map((service) => service.env))
    child = spawn(program, args, { env, stdio: 'inherit' })
    return await new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? codeOf(signal)))
      child.once('error', (error) => {
        console.error(`${program}: ${error.message}`)
        resolve(127)
      })
    })
  } finally {
    clearTimeout(timer)
    await Promise.all(services.map((service) => service.stop()))
  }
}

function codeOf(signal) {
  return 128 + constants.signals[signal]
}
