// Stands in for the control loops: does nothing until it is told to stop.
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (message.type === 'stop') process.exit(0);
});
