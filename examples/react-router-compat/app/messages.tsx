/** Always there, if empty: screen readers announce what appears in a region that they know. */
export function Messages({ notice, problem }: { notice?: string; problem?: string }) {
  return (
    <>
      <p className="flash" role="status">
        {notice}
      </p>
      <p className="flash problem" role="alert">
        {problem}
      </p>
    </>
  )
}
