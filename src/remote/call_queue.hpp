// SPDX-License-Identifier: MIT
// Calls that stand in line; any of them may leave it at any time.
#pragma once

#include <fanout/detail/pending_call.hpp>

namespace fanout::detail {

// Linked through the calls themselves. A call stands in one queue at most.
class CallQueue {
 public:
  CallQueue() = default;
  CallQueue(const CallQueue&) = delete;  // its calls know where it is
  CallQueue& operator=(const CallQueue&) = delete;

  bool empty() const noexcept { return first_ == nullptr; }
  PendingCall* front() const noexcept { return first_; }

  void push_back(PendingCall& call) noexcept { insert(call, last_, nullptr); }
  void push_front(PendingCall& call) noexcept { insert(call, nullptr, first_); }

  PendingCall* pop_front() noexcept {
    PendingCall* const call = first_;
    if (call != nullptr) remove(*call);
    return call;
  }

  PendingCall* pop_back() noexcept {
    PendingCall* const call = last_;
    if (call != nullptr) remove(*call);
    return call;
  }

  void take_all(CallQueue& other) noexcept {
    while (PendingCall* const call = other.pop_front()) push_back(*call);
  }

  static void leave(PendingCall& call) noexcept {
    if (call.queue_ != nullptr) call.queue_->remove(call);
  }

 private:
  void insert(PendingCall& call, PendingCall* before, PendingCall* after) noexcept {
    call.queue_ = this;
    call.previous_ = before;
    call.next_ = after;
    (before == nullptr ? first_ : before->next_) = &call;
    (after == nullptr ? last_ : after->previous_) = &call;
  }

  void remove(PendingCall& call) noexcept {
    (call.previous_ == nullptr ? first_ : call.previous_->next_) = call.next_;
    (call.next_ == nullptr ? last_ : call.next_->previous_) = call.previous_;
    call.queue_ = nullptr;
  }

  PendingCall* first_ = nullptr;
  PendingCall* last_ = nullptr;
};

}  // namespace fanout::detail
