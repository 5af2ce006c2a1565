#include <algorithm>
#include <cstdlib>

#include <sched.h>

#include <heed/backends/host/signal_block.h>
#include <heed/backends/thread_pool.h>
#include <heed/graph/error.h>

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

ThreadPool::ThreadPool(int threads)
    : shares_(static_cast<std::size_t>(threads > 0 ? threads : default_threads())) {
  const int count = static_cast<int>(shares_.size());
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

bool ThreadPool::take(Share& share, bool front, std::int64_t& piece) {
  std::uint64_t left = share.left.load(std::memory_order_relaxed);
  for (;;) {
    const std::uint64_t first = left >> 32, end = left & 0xffffffffu;
    if (first >= end) return false;
    const std::uint64_t rest = front ? left + (std::uint64_t{1} << 32) : left - 1;
    if (!share.left.compare_exchange_weak(left, rest, std::memory_order_relaxed)) continue;
    piece = static_cast<std::int64_t>(front ? first : end - 1);
    return true;
  }
}

void ThreadPool::take_pieces(int worker) {
  std::int64_t piece = 0;
  const std::size_t own = static_cast<std::size_t>(worker);
  while (take(shares_[own], true, piece)) call_(context_, piece, worker);
  for (std::size_t i = 1; i < shares_.size(); ++i) {
    Share& other = shares_[(own + i) % shares_.size()];
    while (take(other, false, piece)) call_(context_, piece, worker);
  }
}

void ThreadPool::run_shared(std::int64_t pieces, Call call, const void* context) {
  call_ = call;
  context_ = context;
  if (pieces > 0xffffffff) throw InternalError("a kernel is cut into more pieces than can be counted");
  const auto total = static_cast<std::uint64_t>(pieces), workers = static_cast<std::uint64_t>(shares_.size());
  for (std::uint64_t w = 0; w < workers; ++w) {
    shares_[w].left.store((total * w / workers) << 32 | (total * (w + 1) / workers),
                          std::memory_order_relaxed);
  }
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
