package chat

const SelectWaited = selectWaited
