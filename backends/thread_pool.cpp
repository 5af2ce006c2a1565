#include <algorithm>
#include <cstdlib>

#include <sched.h>

#include <heed/backends/host/signal_block.h>
#include <heed/backends/thread_pool.h>

namespace heed {

namespace {

// About a microsecond: long enough to bridge the gap between two kernels, short enough not to burn a core.
constexpr int spins_before_sleep = 2000;

int default_threads() {
  if (const char* wanted = std::getenv("HEED_THREADS")) {
    const int count = std::atoi(wanted);
    if (count > 0) return count;
  }
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Waits until `value` differs from `old`: first by looking, then asleep.
template <typename T>
void wait_for_change(const std::atomic<T>& value, T old) {
  for (int i = 0; i < spins_before_sleep; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  const int count = threads > 0 ? threads : default_threads();
  workers_.reserve(static_cast<std::size_t>(count - 1));
  const host::SignalBlock inherited;  // workers never take signals
  for (int worker = 1; worker < count; ++worker) workers_.emplace_back([this, worker] { work(worker); });
}

ThreadPool::~ThreadPool() {
  stopping_.store(true);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& thread : workers_) thread.join();
}

void ThreadPool::take_pieces(int worker) {
  for (;;) {
    const std::int64_t piece = next_.fetch_add(1, std::memory_order_relaxed);
    if (piece >= pieces_) return;
    call_(context_, piece, worker);
  }
}

void ThreadPool::run_shared(std::int64_t pieces, Call call, const void* context) {
  call_ = call;
  context_ = context;
  pieces_ = pieces;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  take_pieces(0);
  for (int left = busy_.load(std::memory_order_acquire); left != 0;
       left = busy_.load(std::memory_order_acquire)) {
    wait_for_change(busy_, left);
  }
}

void ThreadPool::work(int worker) {
  std::uint32_t seen = 0;
  for (;;) {
    wait_for_change(round_, seen);
    seen = round_.load(std::memory_order_acquire);
    if (stopping_.load()) return;
    take_pieces(worker);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

}  // namespace heed
