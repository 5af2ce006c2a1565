// ThreadPool: the one pool of threads that runs heed's CPU work.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace heed {

// Runs numbered pieces of work on all threads, the caller's included. Callers cut work into pieces by its
// shape alone, never by the number of threads, so results are the same bits whatever that number is.
class ThreadPool {
 public:
  // 0: as many as the process may use (HEED_THREADS, or else its CPU affinity).
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls body(piece, worker) for every piece in [0, pieces), each once, in any order; `worker` is in
  // [0, threads()) and no two pieces run at once under one worker's number. Neighbouring pieces mostly go to
  // the same worker, and the same share of a run's pieces always to the same one: what a kernel reads is
  // often still in the cache of the core that wrote it. Returns when all are done. Allocates nothing. Must
  // not be called from inside a body.
  template <typename Body>
  void run(std::int64_t pieces, const Body& body) {
    if (pieces <= 1 || workers_.empty()) {
      for (std::int64_t piece = 0; piece < pieces; ++piece) body(piece, 0);
      return;
    }
    run_shared(
        pieces,
        [](const void* context, std::int64_t piece, int worker) {
          (*static_cast<const Body*>(context))(piece, worker);
        },
        &body);
  }

 private:
  using Call = void (*)(const void* context, std::int64_t piece, int worker);

  void run_shared(std::int64_t pieces, Call call, const void* context);
  void work(int worker);
  void take_pieces(int worker);

  // The pieces that are left of a worker's share: the first in the upper half, the end in the lower. The
  // worker takes from the front; whoever has finished its own share takes from the back.
  struct alignas(64) Share {
    std::atomic<std::uint64_t> left{0};
  };
  bool take(Share& share, bool front, std::int64_t& piece);

  Call call_ = nullptr;
  const void* context_ = nullptr;
  std::vector<Share> shares_;  // one for each worker
  std::atomic<int> busy_{0};
  std::atomic<std::uint32_t> round_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> workers_;
};

}  // namespace heed
