// SignalBlock: holds signals back while kernels run.
#pragma once

#include <csignal>

namespace heed::host {

// oneDNN's generated matrix kernels use the stack pointer as one more general register. A signal that arrives
// just then would have its frame written into the middle of the heap. While a SignalBlock lives, the calling
// thread takes no signals but those its own mistakes raise; they are delivered when it ends, and threads
// made in between are born with the same mask.
class SignalBlock {
 public:
  SignalBlock() {
    sigset_t held;
    sigfillset(&held);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&held, own);
    pthread_sigmask(SIG_SETMASK, &held, &before_);
  }
  ~SignalBlock() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;

 private:
  sigset_t before_;
};

}  // namespace heed::host
