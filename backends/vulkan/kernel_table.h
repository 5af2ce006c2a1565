// KernelTable: which ops the Vulkan backend runs, and how.
#pragma once

#include <functional>
#include <typeindex>
#include <unordered_map>

#include <heed/backends/vulkan/kernel.h>
#include <heed/graph/op.h>

namespace heed::vulkan {

struct KernelTraits {
  // Bit i: input i may have any strides (0 included). Other inputs arrive dense.
  std::uint32_t strided_inputs = 0;
  // Whether the kernel takes these types; empty: all that the backend has.
  std::function<bool(const Op& op, Types inputs, Types outputs)> accepts = {};
};

inline constexpr std::uint32_t all_inputs = ~0u;

struct KernelEntry {
  std::function<Kernel(const Op&, const KernelRequest&)> make;
  KernelTraits traits;
};

class KernelTable {
 public:
  template <typename OpType>
  void add(Kernel (*make)(const OpType&, const KernelRequest&), KernelTraits traits = {}) {
    entries_[typeid(OpType)] = {[make](const Op& op, const KernelRequest& request) {
                                  return make(static_cast<const OpType&>(op), request);
                                },
                                std::move(traits)};
  }

  // The entry for op's C++ type, or null.
  const KernelEntry* find(const Op& op) const {
    const auto found = entries_.find(typeid(op));
    return found == entries_.end() ? nullptr : &found->second;
  }

  std::vector<std::type_index> types() const {
    std::vector<std::type_index> types;
    for (const auto& [type, entry] : entries_) types.push_back(type);
    return types;
  }

 private:
  std::unordered_map<std::type_index, KernelEntry> entries_;
};

}  // namespace heed::vulkan
